-- migrate:up
-- Notes the organizers and shows that rows name.
CREATE MATERIALIZED VIEW ticketing_named_sales_mv TO ticketing_named AS
SELECT DISTINCT
    tenant_id,
    named.1 AS kind,
    named.2 AS id
FROM ticketing_sales_parsed
ARRAY JOIN [('organizer', organizer_id), ('show', show_id)] AS named
WHERE reason = ''
    AND named.2 != '';

-- migrate:down
DROP VIEW ticketing_named_sales_mv;
