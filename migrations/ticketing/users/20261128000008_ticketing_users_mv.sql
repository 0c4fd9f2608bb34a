-- migrate:up
-- Keeps the parsed lines that are good.
CREATE MATERIALIZED VIEW ticketing_users_mv TO ticketing_users AS
SELECT
    tenant_id,
    id,
    user_id,
    changed_at,
    deleted,
    name,
    email,
    country,
    city,
    segment,
    received_at,
    ticketing_change_version(
        changed_at,
        (deleted, name, email, country, city, segment)) AS version
FROM ticketing_users_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW ticketing_users_mv;
