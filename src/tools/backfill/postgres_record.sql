-- Writes a backfill down as a run that ended well. After one of a part (position 0) the sync goes on from where it was.
INSERT INTO sync_runs (source, started_at, run, duration_ms, lines, rejected, position, error)
SELECT
    {source:String},
    (
        SELECT min(stored_at)
        FROM backfill_chunks
        WHERE backfill = {backfill:UUID}
    ) AS begun_at,
    {backfill:UUID},
    dateDiff('millisecond', begun_at, now64(3)),
    (
        SELECT sum(lines)
        FROM sync_reads
        WHERE source = {source:String} AND run = {backfill:UUID}
    ),
    (
        SELECT count()
        FROM rejected_events
        WHERE request_id = {backfill:UUID}
    ),
    if(
        {position:UInt64} > 0,
        {position:UInt64},
        (
            SELECT argMax(position, started_at)
            FROM sync_runs
            WHERE source = {source:String} AND error = ''
        )),
    ''
