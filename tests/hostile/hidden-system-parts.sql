/*---
summary: "Hides system.parts in multiIf"
tenant: none
---*/
SELECT multiIf({probe:String} = '', 0, {probe:String} = 'x', 1, (SELECT sum(rows) FROM system.parts WHERE throwIf({probe:String} = '') = 0)) AS n
