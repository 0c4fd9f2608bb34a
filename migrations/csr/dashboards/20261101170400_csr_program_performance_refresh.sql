-- migrate:up
-- Computes csr_program_performance again every 15 minutes.
CREATE MATERIALIZED VIEW csr_program_performance_refresh
REFRESH EVERY 15 MINUTE TO csr_program_performance AS
SELECT
    tenant_id,
    program_id,
    dimension,
    uniqExact(user_hash) AS users,
    0 AS completed,
    count() AS scores,
    avg(score) AS mean,
    now64(3) AS computed_at
FROM csr_scores FINAL
WHERE program_id != ''
GROUP BY
    tenant_id,
    program_id,
    dimension
UNION ALL
SELECT
    tenant_id,
    program_id,
    '' AS dimension,
    count() AS users,
    countIf(has_completed) AS completed,
    0 AS scores,
    0 AS mean,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        program_id,
        user_hash,
        countIf(stage = 'completed') > 0 AS has_completed
    FROM csr_journey FINAL
    WHERE program_id != ''
        AND stage IN ('enrolled', 'completed')
    GROUP BY
        tenant_id,
        program_id,
        user_hash
    HAVING countIf(stage = 'enrolled') > 0
)
GROUP BY
    tenant_id,
    program_id;

-- migrate:down
DROP VIEW csr_program_performance_refresh;
