-- A sign of life.
SELECT version() AS version
