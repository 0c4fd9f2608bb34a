/*---
summary: "Throws in WHERE over members of cohorts read with FINAL"
tenant: none
---*/
SELECT count() AS n
FROM csr_cohort_members FINAL
WHERE throwIf(user_id = {probe:String}, 'probe: seen') = 0
