-- The tenants of which a run has examined no row although the domain knows them: a check of it has examined some within 30 days. A run
-- that could not end has examined none of anybody.
SELECT
    runs.run AS run,
    tenants.tenant_id AS tenantId
FROM
(
    SELECT DISTINCT
        run,
        domain
    FROM quality_runs
    WHERE run IN {runs:Array(UUID)}
) AS runs
INNER JOIN
(
    SELECT DISTINCT
        domain,
        tenant_id
    FROM quality_results
    WHERE examined > 0 AND run_at >= {since:DateTime64(3, 'UTC')} AND domain IN {domains:Array(String)}
) AS tenants ON tenants.domain = runs.domain
WHERE (tenants.tenant_id, runs.run) NOT IN
(
    SELECT
        tenant_id,
        run
    FROM quality_results
    WHERE run IN {runs:Array(UUID)}
)
ORDER BY
    run,
    tenantId
