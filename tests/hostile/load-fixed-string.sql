/*---
summary: "Makes the width of a type of a count"
tenant: none
---*/
SELECT CAST('', assumeNotNull((SELECT concat('FixedString(', toString(1 + (countIf(entity_id = {probe:String}) > 0)), ')') FROM outreach_events))) AS x
