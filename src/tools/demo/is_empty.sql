-- Whether no event was ever sent.
SELECT count() = 0 AS empty
FROM (SELECT 1 FROM outreach_events LIMIT 1)
