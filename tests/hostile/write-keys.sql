/*---
summary: "Writes a key of its own"
method: POST
into: api_keys
returns: none
scope: cohorts:write
---*/
SELECT {probe:String} AS hash
