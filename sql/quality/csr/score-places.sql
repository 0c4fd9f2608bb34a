/*---
summary: A score counts on one day and one dimension
description: |
  A correction that changes the day or the dimension takes the score away from where it was. One that is in two places counts
  twice: write a row with `deleted` over the wrong one.
table: csr_scores
kind: duplicates
schedule: 6h
---*/
WITH
    -- one row is a score
    examined AS
    (
        SELECT
            tenant_id,
            id,
            count() AS places,
            groupArray(3)(concat(dimension, ' ', toString(day))) AS some
        FROM csr_scores FINAL
        WHERE day >= toDate({now:DateTime64(3, 'UTC')}) - 90
        GROUP BY
            tenant_id,
            id
    )
SELECT
    tenant_id,
    id,
    places,
    some AS somePlaces
FROM examined
WHERE places > 1
