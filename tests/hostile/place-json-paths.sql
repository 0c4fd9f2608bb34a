/*---
summary: "Asks which paths of JSON a part keeps as columns"
tenant: none
---*/
SELECT groupUniqArray(arrayStringConcat(JSONDynamicPaths(metadata::JSON))) AS paths
FROM outreach_events
