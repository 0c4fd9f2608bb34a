/*---
summary: "Closes the parenthesis that it will be put in"
tenant: none
---*/
SELECT 1 AS n) SETTINGS log_comment = 'other' --
