-- migrate:up
-- Keeps the parsed lines that are good.
CREATE MATERIALIZED VIEW ticketing_organizers_mv TO ticketing_organizers AS
SELECT
    tenant_id,
    id,
    organizer_id,
    changed_at,
    deleted,
    name,
    country,
    tier,
    received_at,
    ticketing_change_version(
        changed_at,
        (deleted, name, country, tier)) AS version
FROM ticketing_organizers_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW ticketing_organizers_mv;
