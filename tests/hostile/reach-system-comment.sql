/*---
summary: "Puts comments between the parts of the name"
tenant: none
---*/
SELECT name AS id
FROM system /* . */ . -- parts
    parts
