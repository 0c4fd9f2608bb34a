/*---
summary: "Asks IN (SELECT … FROM system.…)"
tenant: none
---*/
SELECT {probe:String} != '' AND {probe:String} IN (SELECT name FROM system.tables) AS yes
