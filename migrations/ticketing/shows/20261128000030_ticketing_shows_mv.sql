-- migrate:up
-- Keeps the parsed lines that are good.
CREATE MATERIALIZED VIEW ticketing_shows_mv TO ticketing_shows AS
SELECT
    tenant_id,
    id,
    show_id,
    changed_at,
    deleted,
    organizer_id,
    name,
    category,
    venue,
    city,
    country,
    starts_at,
    ends_at,
    capacity,
    received_at,
    ticketing_change_version(
        changed_at,
        (deleted, organizer_id, name, category, venue, city, country, starts_at, ends_at, capacity)) AS version
FROM ticketing_shows_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW ticketing_shows_mv;
