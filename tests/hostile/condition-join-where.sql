/*---
summary: "Throws in WHERE after a join, of the joined side"
tenant: none
---*/
SELECT count() AS n
FROM csr_cohorts AS a
INNER JOIN csr_cohort_members AS b ON a.cohort_id = b.cohort_id
WHERE throwIf(b.user_id = {probe:String}, 'probe: seen') = 0
