/*---
summary: "Has a second statement"
tenant: none
---*/
SELECT 1 AS n;
SET log_comment = 'other'
