-- migrate:up
-- Notes the organizers that changes name: one without any event or sale is known too.
CREATE MATERIALIZED VIEW ticketing_named_organizers_mv TO ticketing_named AS
SELECT DISTINCT
    tenant_id,
    'organizer' AS kind,
    organizer_id AS id
FROM ticketing_organizers_parsed
WHERE reason = ''
    AND organizer_id != '';

-- migrate:down
DROP VIEW ticketing_named_organizers_mv;
