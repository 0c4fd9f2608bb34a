/*---
summary: "Asks a dictionary over all tenants' rows"
tenant: none
---*/
SELECT dictGetOrNull('trial_names', 'entity_id', 1) AS id
