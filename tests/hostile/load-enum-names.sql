/*---
summary: "Makes an Enum of the names of cohorts"
tenant: none
---*/
SELECT CAST(1, assumeNotNull((SELECT concat('Enum8(''', arrayStringConcat(groupUniqArray(name), ''' = 1, '''), ''' = 1)') FROM csr_cohorts))) AS x
