-- The columns that tenants may read of each table in which the operator alone may read some, by their comment.
SELECT
    concat(database, '.', table) AS name,
    arraySort(groupArrayIf(system.columns.name, comment != 'access: operator')) AS columns
FROM system.columns
WHERE database = currentDatabase() AND NOT startsWith(table, '.')
GROUP BY
    database,
    table
HAVING countIf(comment = 'access: operator') > 0
