-- Lines that a backfill has brought so far.
SELECT sum(lines) AS lines
FROM sync_reads
WHERE source = {source:String}
    AND run = {backfill:UUID}
