-- Whether the row of a position is there, by its time too: numbers begin again when the log is recreated.
SELECT count() AS rows
FROM live_events
WHERE _block_number = {number:UInt64}
    AND _block_offset = {offset:UInt64}
    AND at = fromUnixTimestamp64Milli({at:Int64})
