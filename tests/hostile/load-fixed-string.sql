/*---
summary: "Makes the width of a type of a count"
tenant: none
---*/
SELECT CAST('', assumeNotNull((SELECT concat('FixedString(', toString(count() + 1), ')') FROM outreach_events))) AS x
