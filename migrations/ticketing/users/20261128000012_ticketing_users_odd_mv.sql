-- migrate:up
-- Sets the lines aside that are not plain.
CREATE MATERIALIZED VIEW ticketing_users_odd_mv TO ticketing_users_odd AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM ticketing_users_landing
WHERE NOT plain;

-- migrate:down
DROP VIEW ticketing_users_odd_mv;
