/*---
summary: "Hides file() in a branch that the plainest value does not take"
tenant: none
---*/
SELECT if({probe:String} = '', '', (SELECT file({probe:String}) FROM numbers(1) WHERE throwIf({probe:String} = '') = 0)) AS text
