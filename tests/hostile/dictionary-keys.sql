/*---
summary: "Reads the keys of the dictionary"
tenant: none
---*/
SELECT arrayJoin(groupUniqArray(lowCardinalityKeys(template_id))) AS id
FROM outreach_events
