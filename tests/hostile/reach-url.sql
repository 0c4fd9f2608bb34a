/*---
summary: "Reads an address"
tenant: none
---*/
SELECT line
FROM url('http://127.0.0.1:1/', 'LineAsString', 'line String')
