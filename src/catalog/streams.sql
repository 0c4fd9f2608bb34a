-- The streams that take events: each has a landing table of its name, into which the user may insert. The comment of the
-- column that takes a line is an example of one.
SELECT
    substring(table, 1, length(table) - length('_landing')) AS stream,
    comment AS example
FROM system.columns
WHERE database = currentDatabase()
  AND endsWith(table, '_landing')
  AND name = 'line'
ORDER BY stream
