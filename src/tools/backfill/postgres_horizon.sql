-- Where Postgres is: all that earlier transactions changed will be read. Its row has the key 0.
SELECT max(horizon) AS horizon
FROM postgres_table(position = 0, since = 0, firstKey = 0, lastKey = 0)
