/*---
summary: "Writes INTO OUTFILE"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
INTO OUTFILE 'x.csv'
