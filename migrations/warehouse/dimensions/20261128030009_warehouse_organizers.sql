-- migrate:up
-- One row is a version of an organizer: the slowly changing dimension of type 2. Of a fact of this organizer, that version holds whose time
-- covers the fact's: at >= valid_from AND at < valid_to.
CREATE VIEW warehouse_organizers AS
SELECT
    tenant_id,
    organizer_id,
    version.valid_from AS valid_from,
    version.valid_to AS valid_to,
    (version.valid_to = toDateTime64('2200-01-01 00:00:00', 3, 'UTC'))::Bool AS is_current,
    version.name AS name,
    version.country AS country,
    version.tier AS tier
FROM warehouse_organizer_histories FINAL
ARRAY JOIN versions AS version;

-- migrate:down
DROP VIEW warehouse_organizers;
