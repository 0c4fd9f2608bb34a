/*---
summary: "Hides NOW() in upper case and quotes"
tenant: none
---*/
SELECT if({probe:String} = '', '', toString("NOW"())) AS text
