/*---
summary: "Writes"
tenant: none
---*/
INSERT INTO outreach_landing (tenant_id, line) VALUES ('other', '{}')
