/*---
summary: "Hides generateUUIDv4()"
tenant: none
---*/
SELECT if({probe:String} = '', '', toString(generateUUIDv4())) AS text
