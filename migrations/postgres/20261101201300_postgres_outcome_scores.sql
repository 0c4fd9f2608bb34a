-- migrate:up
-- One row is one row of Postgres's view sluice.outcome_scores as a line, among those that were changed by a transaction from
-- `position` on and at a time from `since` on (milliseconds since 1970), with a key between two. Its conditions are of the
-- plain kind that the engine sends to Postgres: only such rows leave it.
CREATE VIEW postgres_outcome_scores AS
SELECT
    toUInt64(assumeNotNull(horizon)) AS horizon,
    toString(ifNull(company_id, '')) AS tenant_id,
    if(id IS NOT NULL AND company_id IS NULL, 'companyId is missing', '') AS fault,
    if(
        id IS NULL,
        '',
        toJSONString(
            CAST(
                (id, user_id, program_id, location, demographic, dimension, text_type, toString(score),
                 created_at, updated_at, ifNull(deleted, false)),
                'Tuple(id String, userId Nullable(String), programId Nullable(String), location Nullable(String),
                       demographic Nullable(String), dimension Nullable(String), textType Nullable(String), score
                       Nullable(String), createdAt Nullable(Int64), updatedAt Int64, deleted Bool)'))) AS line
FROM postgresql(sluice_postgres, table = 'outcome_scores')
WHERE changed_in >= {position:Int64}
    AND updated_at >= {since:Int64}
    AND key >= {firstKey:Int64}
    AND key <= {lastKey:Int64};

-- migrate:down
DROP VIEW postgres_outcome_scores;
