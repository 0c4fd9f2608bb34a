/*---
summary: Scores are from 0 to 1
description: Lines are checked when they come; this finds what was written past them.
table: csr_scores
kind: ranges
schedule: 6h
---*/
WITH
    examined AS
    (
        SELECT
            tenant_id,
            id,
            dimension,
            day,
            score
        FROM csr_scores FINAL
        WHERE day >= toDate({now:DateTime64(3, 'UTC')}) - 30
    )
SELECT
    tenant_id,
    id,
    dimension,
    day,
    score
FROM examined
WHERE NOT (score BETWEEN 0 AND 1)
