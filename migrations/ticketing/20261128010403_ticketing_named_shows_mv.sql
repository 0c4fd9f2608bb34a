-- migrate:up
-- Notes the shows that changes name: one without any event or sale is known too.
CREATE MATERIALIZED VIEW ticketing_named_shows_mv TO ticketing_named AS
SELECT DISTINCT
    tenant_id,
    'show' AS kind,
    show_id AS id
FROM ticketing_shows_parsed
WHERE reason = ''
    AND show_id != '';

-- migrate:down
DROP VIEW ticketing_named_shows_mv;
