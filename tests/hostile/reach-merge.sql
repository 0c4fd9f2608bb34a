/*---
summary: "Reads by merge(), past the database's tables"
tenant: none
---*/
SELECT entity_id AS id
FROM merge('sluice', '^outreach_events$')
