/*---
summary: "Reads lines that were refused"
tenant: none
---*/
SELECT countIf(line LIKE concat('%', {probe:String}, '%')) AS n, count() AS all
FROM rejected_events
