-- migrate:up
-- Computes csr_journey_stages again every 15 minutes. Of a user's steps in a programme at the same instant, the one with the
-- last name counts as the latest.
CREATE MATERIALIZED VIEW csr_journey_stages_refresh
REFRESH EVERY 15 MINUTE TO csr_journey_stages AS
SELECT
    tenant_id,
    program_id,
    step.1 AS stage,
    count() AS reached,
    countIf(step.2) AS current,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        program_id,
        user_hash,
        argMax(stage, (occurred_at, stage)) AS latest,
        arrayMap(name -> (name, name = latest), groupUniqArray(stage)) AS steps
    FROM csr_journey FINAL
    GROUP BY
        tenant_id,
        program_id,
        user_hash
)
ARRAY JOIN steps AS step
GROUP BY
    tenant_id,
    program_id,
    stage;

-- migrate:down
DROP VIEW csr_journey_stages_refresh;
