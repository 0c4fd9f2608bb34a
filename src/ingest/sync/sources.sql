-- The sources that the database reads by itself.
SELECT source
FROM sync_states
GROUP BY source
ORDER BY source
