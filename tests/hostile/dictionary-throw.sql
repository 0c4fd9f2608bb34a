/*---
summary: "Throws for a value of the dictionary"
tenant: none
---*/
SELECT count() AS n
FROM csr_scores
WHERE throwIf(program_id = {probe:String}, 'probe: seen') = 0
