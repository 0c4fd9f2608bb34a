-- migrate:up
-- Computes csr_language_groups again every 15 minutes.
CREATE MATERIALIZED VIEW csr_language_groups_refresh
REFRESH EVERY 15 MINUTE TO csr_language_groups AS
SELECT
    scores.tenant_id AS tenant_id,
    multiIf(levels.level < 0.4, 'beginner', levels.level < 0.7, 'intermediate', 'advanced') AS language_group,
    scores.dimension AS dimension,
    uniqExact(scores.user_hash) AS users,
    count() AS scores,
    avg(scores.score) AS mean,
    now64(3) AS computed_at
FROM csr_scores AS scores FINAL
INNER JOIN
(
    SELECT
        tenant_id,
        user_hash,
        argMax(score, (created_at, id)) AS level
    FROM csr_scores FINAL
    WHERE dimension = 'lang_level_proxy'
    GROUP BY
        tenant_id,
        user_hash
) AS levels
    ON levels.tenant_id = scores.tenant_id AND levels.user_hash = scores.user_hash
GROUP BY
    tenant_id,
    language_group,
    dimension;

-- migrate:down
DROP VIEW csr_language_groups_refresh;
