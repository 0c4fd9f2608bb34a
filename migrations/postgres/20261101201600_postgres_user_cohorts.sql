-- migrate:up
-- One row is one row of Postgres's view sluice.user_cohorts as a line, among those that were changed by a transaction from
-- `position` on and at a time from `since` on (milliseconds since 1970), with a key between two. Its conditions are of the
-- plain kind that the engine sends to Postgres: only such rows leave it.
-- A membership has no stream that checks it, so it is checked here.
CREATE VIEW postgres_user_cohorts AS
SELECT
    toUInt64(assumeNotNull(horizon)) AS horizon,
    toString(ifNull(company_id, '')) AS tenant_id,
    multiIf(
        user_id IS NULL, '',
        company_id IS NULL OR company_id = '', 'companyId is missing',
        length(company_id) > 256, 'companyId is longer than 256 bytes',
        toString(user_id) = '', 'userId is missing',
        length(toString(user_id)) > 256, 'userId is longer than 256 bytes',
        sync_instant_problem('updatedAt', updated_at)) AS fault,
    if(
        user_id IS NULL,
        '',
        toJSONString(
            CAST(
                (cohort_id, user_id, updated_at, ifNull(deleted, false)),
                'Tuple(cohortId Nullable(String), userId String, updatedAt Int64, deleted Bool)'))) AS line
FROM postgresql(sluice_postgres, table = 'user_cohorts')
WHERE changed_in >= {position:Int64}
    AND updated_at >= {since:Int64}
    AND key >= {firstKey:Int64}
    AND key <= {lastKey:Int64};

-- migrate:down
DROP VIEW postgres_user_cohorts;
