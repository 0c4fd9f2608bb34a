/*---
summary: Each of the five dimensions has scores of the last 30 days
description: A survey that leaves a dimension out, or names it differently, leaves a gap in every dashboard.
table: csr_scores
kind: completeness
severity: warning
schedule: 1d
---*/
WITH
    scored AS
    (
        SELECT DISTINCT
            tenant_id,
            dimension
        FROM csr_scores FINAL
        WHERE day >= toDate({now:DateTime64(3, 'UTC')}) - 30
    ),
    -- one row is a dimension that a tenant must have
    examined AS
    (
        SELECT DISTINCT
            tenant_id,
            arrayJoin(['confidence', 'belonging', 'lang_level_proxy', 'job_readiness', 'well_being']) AS expected
        FROM scored
    )
SELECT
    tenant_id,
    expected AS dimension
FROM examined
WHERE (tenant_id, expected) NOT IN (SELECT tenant_id, dimension FROM scored)
ORDER BY dimension
