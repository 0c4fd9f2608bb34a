/*---
summary: Nearly every score names its programme
description: A score without a programme is in the company's numbers, and in no programme's.
table: csr_scores
kind: nulls
severity: warning
threshold: 0.05
schedule: 6h
---*/
WITH
    examined AS
    (
        SELECT
            tenant_id,
            id,
            program_id,
            user_id,
            day
        FROM csr_scores FINAL
        WHERE day >= toDate({now:DateTime64(3, 'UTC')}) - 30
    )
SELECT
    tenant_id,
    id,
    user_id AS userId,
    day
FROM examined
WHERE program_id = ''
