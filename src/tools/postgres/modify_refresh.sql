-- Reads a source every ten seconds; the schedule and settings that the view had before are replaced.
ALTER TABLE {view:Identifier} MODIFY REFRESH EVERY 10 SECOND APPEND
