-- The columns of a table that can be inserted into, with their types; none for what is no stored table.
SELECT
    columns.name AS name,
    columns.type AS type
FROM system.columns AS columns
INNER JOIN system.tables AS tables
    ON tables.database = columns.database AND tables.name = columns.table
WHERE columns.database = currentDatabase()
  AND columns.table = {table:String}
  AND tables.engine LIKE '%MergeTree'
  AND columns.default_kind NOT IN ('MATERIALIZED', 'ALIAS')
