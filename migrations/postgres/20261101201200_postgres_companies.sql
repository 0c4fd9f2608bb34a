-- migrate:up
-- One row is one row of Postgres's view sluice.companies as a line, among those that were changed by a transaction from
-- `position` on and at a time from `since` on (milliseconds since 1970), with a key between two. Its conditions are of the
-- plain kind that the engine sends to Postgres: only such rows leave it.
-- The id, which becomes the tenant, is checked here; the stream checks the rest.
CREATE VIEW postgres_companies AS
SELECT
    toUInt64(assumeNotNull(horizon)) AS horizon,
    toString(ifNull(id, '')) AS tenant_id,
    multiIf(
        id IS NULL, '',
        id = '', 'id is missing',
        length(id) > 256, 'id is longer than 256 bytes',
        '') AS fault,
    if(
        id IS NULL,
        '',
        toJSONString(
            CAST(
                (name, industry, region, employees, updated_at, ifNull(deleted, false)),
                'Tuple(name Nullable(String), industry Nullable(String), region Nullable(String), employees
                       Nullable(Int64), updatedAt Int64, deleted Bool)'))) AS line
FROM postgresql(sluice_postgres, table = 'companies')
WHERE changed_in >= {position:Int64}
    AND updated_at >= {since:Int64}
    AND key >= {firstKey:Int64}
    AND key <= {lastKey:Int64};

-- migrate:down
DROP VIEW postgres_companies;
