-- migrate:up
-- Notes the organizers and shows that rows name; those that are known are not noted again: each time, what is cached of
-- them would count as changed. It reads with its owner's rights: a sender of rows may not read ticketing_named.
CREATE MATERIALIZED VIEW ticketing_named_events_mv TO ticketing_named
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT DISTINCT
    tenant_id,
    named.1 AS kind,
    named.2 AS id
FROM ticketing_events_parsed
ARRAY JOIN [('organizer', organizer_id), ('show', show_id)] AS named
WHERE reason = ''
    AND named.2 != ''
    AND (tenant_id, named.1, named.2) NOT IN
    (
        SELECT
            tenant_id,
            kind,
            id
        FROM ticketing_named
        WHERE tenant_id IN (SELECT tenant_id FROM ticketing_events_parsed)
    );

-- migrate:down
DROP VIEW ticketing_named_events_mv;
