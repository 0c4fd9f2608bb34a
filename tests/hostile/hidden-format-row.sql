/*---
summary: "Prints a row in a format that has random bytes"
tenant: none
---*/
SELECT if({probe:String} = '', '', formatRow('Avro', number)) AS text
FROM numbers(1)
