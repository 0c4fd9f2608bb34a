-- migrate:up
-- One row is one row of Postgres's view sluice.program_enrollments as a line, among those that were changed by a transaction from
-- `position` on and at a time from `since` on (milliseconds since 1970), with a key between two. Its conditions are of the
-- plain kind that the engine sends to Postgres: only such rows leave it.
CREATE VIEW postgres_program_enrollments AS
SELECT
    toUInt64(assumeNotNull(horizon)) AS horizon,
    toString(ifNull(company_id, '')) AS tenant_id,
    if(id IS NOT NULL AND company_id IS NULL, 'companyId is missing', '') AS fault,
    if(
        id IS NULL,
        '',
        toJSONString(
            CAST(
                (id, user_id, program_id, stage, occurred_at, updated_at, ifNull(deleted, false)),
                'Tuple(id String, userId Nullable(String), programId Nullable(String), stage Nullable(String),
                       occurredAt Nullable(Int64), updatedAt Int64, deleted Bool)'))) AS line
FROM postgresql(sluice_postgres, table = 'program_enrollments')
WHERE changed_in >= {position:Int64}
    AND updated_at >= {since:Int64}
    AND key >= {firstKey:Int64}
    AND key <= {lastKey:Int64};

-- migrate:down
DROP VIEW postgres_program_enrollments;
