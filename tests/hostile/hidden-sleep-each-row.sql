/*---
summary: "Hides sleepEachRow() in OR"
tenant: none
---*/
SELECT {probe:String} = '' OR sleepEachRow(1) AS yes
