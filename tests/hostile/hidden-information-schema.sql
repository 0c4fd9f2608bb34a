/*---
summary: "Hides information_schema in CASE"
tenant: none
---*/
SELECT CASE {probe:String} WHEN '' THEN '' ELSE (SELECT max(table_name) FROM information_schema.tables WHERE throwIf({probe:String} = '') = 0) END AS name
