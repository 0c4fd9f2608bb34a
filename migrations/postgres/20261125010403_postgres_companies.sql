-- migrate:up
-- As before, and what its stream does not check is: the id, which becomes the tenant.
CREATE OR REPLACE VIEW postgres_companies AS
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
CREATE OR REPLACE VIEW postgres_companies AS
SELECT
    toUInt64(assumeNotNull(horizon)) AS horizon,
    toString(ifNull(id, '')) AS tenant_id,
    '' AS fault,
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
