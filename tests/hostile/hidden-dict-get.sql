/*---
summary: "Hides dictGet()"
tenant: none
---*/
SELECT if({probe:String} = '', '', dictGet({probe:String}, 'x', 1)) AS text
