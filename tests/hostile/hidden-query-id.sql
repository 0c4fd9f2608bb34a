/*---
summary: "Hides queryID() and version()"
tenant: none
---*/
SELECT if({probe:String} = '', '', concat(queryID(), version())) AS text
