-- migrate:up
-- As before, and a cohort is checked by the rules of the endpoint that makes one; no stream does it. One that is deleted needs
-- nothing but its id and the time of that.
CREATE OR REPLACE VIEW postgres_cohorts AS
SELECT
    toUInt64(assumeNotNull(horizon)) AS horizon,
    toString(ifNull(company_id, '')) AS tenant_id,
    multiIf(
        id IS NULL, '',
        company_id IS NULL OR company_id = '', 'companyId is missing',
        length(company_id) > 256, 'companyId is longer than 256 bytes',
        sync_instant_problem('updatedAt', updated_at) != '', sync_instant_problem('updatedAt', updated_at),
        deleted, '',
        ifNull(name, '') = '', 'name is missing',
        NOT match(name, '\\S'), 'name is white space alone',
        lengthUTF8(name) > 200, 'name is longer than 200 characters',
        lengthUTF8(description) > 2000, 'description is longer than 2000 characters',
        csr_filters_problem(ifNull(filters, '{}')) != '', csr_filters_problem(ifNull(filters, '{}')),
        sync_instant_problem('createdAt', created_at)) AS fault,
    if(
        id IS NULL,
        '',
        toJSONString(
            CAST(
                (id, name, description, ifNull(filters, '{}'), created_at, updated_at, ifNull(deleted, false)),
                'Tuple(id String, name Nullable(String), description Nullable(String), filters Nullable(String),
                       createdAt Nullable(Int64), updatedAt Int64, deleted Bool)'))) AS line
FROM postgresql(sluice_postgres, table = 'cohorts')
WHERE changed_in >= {position:Int64}
    AND updated_at >= {since:Int64}
    AND key >= {firstKey:Int64}
    AND key <= {lastKey:Int64};

-- migrate:down
CREATE OR REPLACE VIEW postgres_cohorts AS
SELECT
    toUInt64(assumeNotNull(horizon)) AS horizon,
    toString(ifNull(company_id, '')) AS tenant_id,
    if(id IS NOT NULL AND company_id IS NULL, 'companyId is missing', '') AS fault,
    if(
        id IS NULL,
        '',
        toJSONString(
            CAST(
                (id, name, description, filters, created_at, updated_at, ifNull(deleted, false)),
                'Tuple(id String, name Nullable(String), description Nullable(String), filters Nullable(String),
                       createdAt Nullable(Int64), updatedAt Int64, deleted Bool)'))) AS line
FROM postgresql(sluice_postgres, table = 'cohorts')
WHERE changed_in >= {position:Int64}
    AND updated_at >= {since:Int64}
    AND key >= {firstKey:Int64}
    AND key <= {lastKey:Int64};
