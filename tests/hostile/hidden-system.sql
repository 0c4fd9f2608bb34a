/*---
summary: "Hides system.tables in such a branch"
tenant: none
---*/
SELECT if({probe:String} = '', [], (SELECT groupArray(name) FROM system.tables WHERE throwIf({probe:String} = '') = 0)) AS names
