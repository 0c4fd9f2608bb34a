-- migrate:up
-- Looks at the views of the warehouse. What one depends on is read from its own statement, so that it cannot be told wrongly; what
-- that depends on, and so on, is followed for eight steps.
CREATE MATERIALIZED VIEW etl_table_state_refresh
REFRESH EVERY 1 MINUTE OFFSET 15 SECOND APPEND TO etl_table_state AS
WITH
    (
        SELECT CAST(
            (
                groupArray(name),
                groupArray(
                    arrayMap(
                        each -> replaceOne(each, concat(database, '.'), ''),
                        splitByString(', ', extract(create_table_query, ' DEPENDS ON (.*?) (?:APPEND )?TO '))))
            ),
            'Map(String, Array(String))')
        FROM system.tables
        WHERE database = currentDatabase()
            AND engine = 'MaterializedView'
            AND startsWith(name, 'warehouse_')
            AND endsWith(name, '_refresh')
    ) AS graph,
    targets AS
    (
        SELECT
            name AS view,
            extract(create_table_query, ' TO (?:\\w+\\.)(\\w+)') AS target
        FROM system.tables
        WHERE database = currentDatabase()
            AND engine = 'MaterializedView'
            AND startsWith(name, 'warehouse_')
            AND endsWith(name, '_refresh')
    ),
    stored AS
    (
        SELECT
            name,
            total_rows
        FROM system.tables
        WHERE database = currentDatabase()
            AND startsWith(name, 'warehouse_')
    )
SELECT
    refreshes.view AS view,
    targets.target AS table_name,
    ifNull(stored.total_rows, 0) AS stored_rows,
    arraySort(arrayFilter(
        each -> each != '',
        arrayFold(
            (known, step) -> arrayDistinct(arrayConcat(known, arrayFlatten(arrayMap(each -> graph[each], known)))),
            range(8),
            graph[refreshes.view]))) AS upstreams,
    refreshes.status AS status,
    toDateTime(ifNull(refreshes.next_refresh_time, toDateTime(0)), 'UTC') AS next_run_at,
    etl_problem(refreshes.exception) AS error,
    now64(3) AS observed_at
FROM system.view_refreshes AS refreshes
INNER JOIN targets ON targets.view = refreshes.view
LEFT JOIN stored ON stored.name = targets.target
WHERE refreshes.database = currentDatabase();

-- migrate:down
DROP VIEW etl_table_state_refresh;
