/*---
summary: "Names it by an alias of the table that has a line's end"
tenant: none
---*/
SELECT max("a
b"._part_offset) AS n
FROM outreach_events AS "a
b"
