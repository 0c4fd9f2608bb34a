/*---
summary: "Has the names of tenants be patterns, which fail to compile"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE match('a', replaceOne(replaceRegexpOne(replaceOne(tenant_id, {probe:String}, '!'), '^[^!].*$', 'aaaa'), '!', '(')) >= 0
