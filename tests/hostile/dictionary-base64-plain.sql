/*---
summary: "Decodes the dictionary as it is: a message would hold another's value"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE base64Decode(replaceAll(channel, 'email', 'aaaa')) != ''
