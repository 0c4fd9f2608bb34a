/*---
summary: "Asks whether it is in the table itself"
tenant: none
---*/
SELECT ({probe:String}, 1) IN outreach_names AS yes
