/*---
summary: "Writes system with a letter of Cyrillic"
tenant: none
---*/
SELECT name AS id
FROM `sуstem`.parts
