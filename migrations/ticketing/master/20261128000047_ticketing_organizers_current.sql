-- migrate:up
-- One row is an organizer as it is now: each field as the latest change after the last deletion tells it. A text that nobody told is '',
-- a number or an instant NULL.
CREATE VIEW ticketing_organizers_current AS
SELECT
    tenant_id,
    organizer_id,
    ifNull(argMax(since.name, (since.changed_at, since.id)), '') AS name,
    ifNull(argMax(since.country, (since.changed_at, since.id)), '') AS country,
    ifNull(argMax(since.tier, (since.changed_at, since.id)), '') AS tier,
    max(since.changed_at) AS changed_at
FROM
(
    SELECT
        tenant_id,
        organizer_id,
        name,
        country,
        tier,
        changed_at,
        id,
        deleted,
        maxIf((changed_at, id, true), deleted) OVER (PARTITION BY tenant_id, organizer_id) AS deletion
    FROM ticketing_organizers FINAL
) AS since
WHERE NOT since.deletion.3
    OR (since.changed_at, since.id) > (since.deletion.1, since.deletion.2)
GROUP BY
    tenant_id,
    organizer_id;

-- migrate:down
DROP VIEW ticketing_organizers_current;
