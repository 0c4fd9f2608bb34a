/*---
summary: "Hides currentUser() behind an alias of it"
tenant: none
---*/
SELECT if({probe:String} = '', '', USER()) AS text
