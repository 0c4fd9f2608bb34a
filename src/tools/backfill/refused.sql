-- Lines of a backfill that became dead letters; one that was stored again after it was cut off counts once.
SELECT uniqExact(line_number, line) AS refused
FROM rejected_events
WHERE request_id = {backfill:UUID}
