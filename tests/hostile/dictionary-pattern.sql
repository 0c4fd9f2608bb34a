/*---
summary: "Has the dictionary's values be patterns, which fail to compile"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE match('a', replaceOne(replaceRegexpOne(replaceOne(template_id, {probe:String}, '!'), '^[^!].*$', 'aaaa'), '!', '(')) >= 0
