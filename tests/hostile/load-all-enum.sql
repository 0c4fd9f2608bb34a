/*---
summary: "Does the same as what reads all tenants"
tenant: all
scope: admin
---*/
SELECT CAST(1, assumeNotNull((SELECT concat('Enum8(''', max(entity_id), ''' = 1)') FROM outreach_events))) AS x
