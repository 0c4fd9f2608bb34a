/*---
summary: Each tenant who has scores is a known company
description: Without a row of csr_companies there are no benchmarks for it, and it is in nobody else's.
table: csr_companies
kind: references
severity: warning
schedule: 1d
---*/
WITH
    -- one row is a tenant
    examined AS
    (
        SELECT
            tenant_id,
            count() AS scores
        FROM csr_scores FINAL
        WHERE day >= toDate({now:DateTime64(3, 'UTC')}) - 30
        GROUP BY tenant_id
    )
SELECT
    tenant_id,
    scores
FROM examined
WHERE tenant_id NOT IN (SELECT tenant_id FROM csr_companies FINAL)
