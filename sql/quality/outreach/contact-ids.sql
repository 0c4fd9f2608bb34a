/*---
summary: No contact id is an e-mail address or a telephone number
description: Ids stand in addresses, logs and exports. Ask the producer for ids that name nobody.
table: outreach_events
kind: formats
severity: warning
schedule: 6h
---*/
WITH
    -- one row is a contact
    examined AS
    (
        SELECT DISTINCT
            tenant_id,
            contact_id
        FROM outreach_events
        WHERE occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 7 DAY AND contact_id != ''
    )
SELECT
    tenant_id,
    contact_id AS contactId
FROM examined
WHERE match(contact_id, '@|^\\+[0-9 ()-]{6,}$')
