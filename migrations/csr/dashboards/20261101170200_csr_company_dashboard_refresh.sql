-- migrate:up
-- Computes csr_company_dashboard again every 15 minutes. Users and programmes of the empty name are those of scores or steps.
CREATE MATERIALIZED VIEW csr_company_dashboard_refresh
REFRESH EVERY 15 MINUTE TO csr_company_dashboard AS
SELECT
    tenant_id,
    counted_dimension AS dimension,
    uniqExact(user_hash) AS users,
    uniqExactIf(program_id, program_id != '') AS programs,
    countIf(is_score) AS scores,
    ifNotFinite(avgIf(score, is_score), 0) AS mean,
    maxIf(day, is_score) AS latest_day,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        arrayJoin([dimension, '']) AS counted_dimension,
        user_hash,
        program_id,
        score,
        day,
        true AS is_score
    FROM csr_scores FINAL
    UNION ALL
    SELECT
        tenant_id,
        '' AS counted_dimension,
        user_hash,
        program_id,
        0 AS score,
        toDate(0) AS day,
        false AS is_score
    FROM csr_journey FINAL
)
GROUP BY
    tenant_id,
    counted_dimension;

-- migrate:down
DROP VIEW csr_company_dashboard_refresh;
