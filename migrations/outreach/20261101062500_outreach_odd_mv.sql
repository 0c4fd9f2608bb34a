-- migrate:up
-- Sets the lines aside that are not plain.
CREATE MATERIALIZED VIEW outreach_odd_mv TO outreach_odd AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM outreach_landing
WHERE NOT plain;

-- migrate:down
DROP VIEW outreach_odd_mv;
