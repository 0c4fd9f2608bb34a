-- migrate:up
-- Notes the shows that changes name: one without any event or sale is known too. Those that are known are not noted again:
-- each time, what is cached of them would count as changed. It reads with its owner's rights: a sender of rows
-- may not read ticketing_named.
CREATE MATERIALIZED VIEW ticketing_named_shows_mv TO ticketing_named
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT DISTINCT
    tenant_id,
    'show' AS kind,
    show_id AS id
FROM ticketing_shows_parsed
WHERE reason = ''
    AND show_id != ''
    AND (tenant_id, 'show', show_id) NOT IN
    (
        SELECT
            tenant_id,
            kind,
            id
        FROM ticketing_named
        WHERE tenant_id IN (SELECT tenant_id FROM ticketing_shows_parsed)
    );

-- migrate:down
DROP VIEW ticketing_named_shows_mv;
