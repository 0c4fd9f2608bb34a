-- migrate:up
-- One row is one row of Postgres's view sluice.cohorts as a line, among those that were changed by a transaction from
-- `position` on and at a time from `since` on (milliseconds since 1970), with a key between two. Its conditions are of the
-- plain kind that the engine sends to Postgres: only such rows leave it.
-- A cohort has no stream that checks it: the rules are those of the endpoint that makes one. One that is deleted needs
-- nothing but its id and the time of that.
CREATE VIEW postgres_cohorts AS
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
DROP VIEW postgres_cohorts;
