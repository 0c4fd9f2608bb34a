/*---
summary: "Reads when keys were used"
tenant: none
---*/
SELECT toString(key_id) AS id
FROM api_key_uses
