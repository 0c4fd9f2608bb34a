/*---
summary: "Reads more rows than its front matter lets it where another has the id"
tenant: none
settings: { max_rows_to_read: 100 }
---*/
SELECT count() AS n
FROM outreach_events
WHERE entity_id = {probe:String}
