-- Writes down that a chunk is stored.
INSERT INTO backfill_chunks (name, backfill, chunk, is_last, lines, horizon)
SELECT
    {name:String},
    {backfill:UUID},
    {chunk:UInt32},
    {isLast:Bool},
    {lines:UInt64},
    {horizon:UInt64}
