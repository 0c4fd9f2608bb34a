-- migrate:up
-- One row is a show as it is now: a dimension of type 1, computed from the log of changes when it is read.
CREATE VIEW warehouse_shows AS
SELECT
    tenant_id,
    show_id,
    organizer_id,
    name,
    category,
    venue,
    city,
    country,
    starts_at,
    ends_at,
    capacity
FROM ticketing_shows_current;

-- migrate:down
DROP VIEW warehouse_shows;
