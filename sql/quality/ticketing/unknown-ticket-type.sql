/*---
summary: The ticket type of each sale is known
description: |
  A sale of an unknown ticket type is kept, and has no name and no price to compare with. Send the type's changes to
  `ticketing_ticket_types`. One that was deleted is unknown, too.
table: ticketing_sales
kind: references
severity: warning
schedule: 6h
---*/
WITH
    examined AS
    (
        SELECT
            tenant_id,
            id,
            ticket_type_id,
            show_id,
            occurred_at
        FROM ticketing_sales FINAL
        WHERE kind = 'sale' AND occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
    )
SELECT
    tenant_id,
    id,
    ticket_type_id AS ticketTypeId,
    show_id AS showId,
    occurred_at AS occurredAt
FROM examined
WHERE (tenant_id, ticket_type_id) NOT IN (SELECT tenant_id, ticket_type_id FROM ticketing_ticket_types_current)
