-- migrate:up
-- Sets the lines aside that are not plain.
CREATE MATERIALIZED VIEW {{stream}}_odd_mv TO {{stream}}_odd AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM {{stream}}_landing
WHERE NOT plain;

-- migrate:down
DROP VIEW {{stream}}_odd_mv;
