/*---
summary: "Hides hostName() in a short circuit"
tenant: none
---*/
SELECT {probe:String} != '' AND hostName() != '' AS yes
