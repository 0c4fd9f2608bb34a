/*---
summary: "Hides joinGet()"
tenant: none
---*/
SELECT if({probe:String} = '', '', joinGet('outreach_names', 'latest', {probe:String})) AS text
