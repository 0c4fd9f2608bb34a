/*---
summary: "Quotes each part of a system table's name"
tenant: none
---*/
SELECT name AS id
FROM `system`.`parts`
