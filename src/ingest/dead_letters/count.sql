-- How many dead letters there are.
SELECT uniqExact(id) AS letters
FROM rejected_events
WHERE /* matching.sql */
