/*---
summary: No show ends before it starts
description: |
  A change that tells both times is checked when it comes; this finds two changes that contradict each other. Send a change that
  tells both.
table: ticketing_shows_current
kind: ranges
schedule: 6h
---*/
WITH
    -- one row is a show as it is now
    examined AS
    (
        SELECT
            tenant_id,
            show_id,
            name,
            starts_at,
            ends_at
        FROM ticketing_shows_current
    )
SELECT
    tenant_id,
    show_id AS showId,
    name,
    starts_at AS startsAt,
    ends_at AS endsAt
FROM examined
WHERE ends_at < starts_at
