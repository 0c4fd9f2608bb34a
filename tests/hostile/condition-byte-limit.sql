/*---
summary: "Reads more bytes than its front matter lets it where another has the id"
tenant: none
settings: { max_bytes_to_read: 4000 }
---*/
SELECT count() AS n
FROM outreach_events
WHERE entity_id = {probe:String}
