-- The members of the demo's cohorts: users by their programme, as the scores have it.
INSERT INTO csr_cohort_members (tenant_id, cohort_id, user_id, added_at, version)
SELECT
    tenant,
    reinterpretAsUUID(
        sipHash128(
            tenant,
            ['buddy', 'language', 'mentoring', 'upskilling'][1 + sipHash64(user, 'programme') % 4])),
    user,
    toDateTime64('2026-01-01', 3, 'UTC'),
    1
FROM
(
    SELECT
        arrayJoin(['acme', 'globex', 'initech']) AS tenant,
        concat(tenant, '-user-', toString(1 + number)) AS user
    FROM numbers(300)
)
