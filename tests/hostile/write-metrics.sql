/*---
summary: "Writes a table of another domain"
method: POST
into: csr_metrics
returns: none
scope: cohorts:write
---*/
SELECT {newId:UUID} AS id, {probe:String} AS user_id
