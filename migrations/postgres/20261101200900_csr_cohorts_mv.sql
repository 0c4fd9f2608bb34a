-- migrate:up
-- Stores cohorts, which have no stream. Their version is the time of the change, as that of the endpoints is.
CREATE MATERIALIZED VIEW csr_cohorts_mv TO csr_cohorts AS
WITH JSONExtract(
    line,
    'Tuple(id UUID, name String, description String, filters String, createdAt Int64, updatedAt Int64, deleted Bool)') AS cohort
SELECT
    tenant_id,
    cohort.id AS cohort_id,
    cohort.name AS name,
    cohort.description AS description,
    cohort.filters AS filters,
    fromUnixTimestamp64Milli(cohort.createdAt, 'UTC') AS created_at,
    fromUnixTimestamp64Milli(cohort.updatedAt, 'UTC') AS updated_at,
    toUInt64(cohort.updatedAt * 1000) AS version,
    toUInt8(cohort.deleted) AS deleted
FROM sync_lines
WHERE source = 'cohorts'
    AND line != ''
    AND fault = '';

-- migrate:down
DROP VIEW csr_cohorts_mv;
