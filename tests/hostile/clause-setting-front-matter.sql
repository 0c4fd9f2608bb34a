/*---
summary: "Names the setting in its front matter"
tenant: none
settings: { log_comment: other }
---*/
SELECT entity_id AS id
FROM outreach_events
