-- The streams that take events: each has a landing table of its name, into which the user may insert.
SELECT substring(name, 1, length(name) - length('_landing')) AS stream
FROM system.tables
WHERE database = currentDatabase()
  AND endsWith(name, '_landing')
ORDER BY stream
