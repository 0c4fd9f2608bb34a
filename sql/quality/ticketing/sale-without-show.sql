/*---
summary: The show of each sale is known
description: |
  A sale of an unknown show has no name, no place and no capacity in any answer. Send the show's changes to `ticketing_shows`. One
  that was deleted is unknown, too.
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
            show_id,
            organizer_id,
            occurred_at
        FROM ticketing_sales FINAL
        WHERE kind = 'sale' AND occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
    )
SELECT
    tenant_id,
    id,
    show_id AS showId,
    organizer_id AS organizerId,
    occurred_at AS occurredAt
FROM examined
WHERE (tenant_id, show_id) NOT IN (SELECT tenant_id, show_id FROM ticketing_shows_current)
