/*---
summary: "Reads a view that reads with its owner's rights"
tenant: none
---*/
SELECT entity_id AS id
FROM trial_definer
