-- A cohort for each programme of each demo tenant. Ids are a function of tenant and programme, and the version is the
-- least, so that what a developer changes or deletes stays so at the next load.
INSERT INTO csr_cohorts (tenant_id, cohort_id, name, description, filters, created_at, updated_at, version)
SELECT
    tenant,
    reinterpretAsUUID(sipHash128(tenant, programme)) AS id,
    concat('Programme ', programme),
    concat('Everybody of the programme ', programme),
    concat('{"programId":["', programme, '"]}'),
    toDateTime64('2026-01-01', 3, 'UTC') AS at,
    at,
    1
FROM
(
    SELECT
        arrayJoin(['acme', 'globex', 'initech']) AS tenant,
        arrayJoin(['buddy', 'language', 'mentoring', 'upskilling']) AS programme
)
