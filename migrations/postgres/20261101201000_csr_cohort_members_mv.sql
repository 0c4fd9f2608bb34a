-- migrate:up
-- Stores the members of cohorts, which have no stream.
CREATE MATERIALIZED VIEW csr_cohort_members_mv TO csr_cohort_members AS
WITH JSONExtract(line, 'Tuple(cohortId UUID, userId String, updatedAt Int64, deleted Bool)') AS membership
SELECT
    tenant_id,
    membership.cohortId AS cohort_id,
    membership.userId AS user_id,
    fromUnixTimestamp64Milli(membership.updatedAt, 'UTC') AS added_at,
    toUInt64(membership.updatedAt * 1000) AS version,
    toUInt8(membership.deleted) AS deleted
FROM sync_lines
WHERE source = 'user_cohorts'
    AND line != ''
    AND fault = '';

-- migrate:down
DROP VIEW csr_cohort_members_mv;
