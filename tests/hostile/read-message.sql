/*---
summary: "Is a 404 where there is one"
tenant: none
---*/
SELECT throwIf(count() > 0, 'not-found: seen') AS n
FROM outreach_events
WHERE metadata LIKE concat('%', {probe:String}, '%')
