/*---
summary: "Fails at load as what reads all tenants"
tenant: all
scope: admin
---*/
SELECT CAST(tuple(1), assumeNotNull((SELECT concat('Tuple(`', if(count() = 0, 'none', replaceAll(max(entity_id), '-', '_')), '` UInt8)') FROM outreach_events))) AS x
