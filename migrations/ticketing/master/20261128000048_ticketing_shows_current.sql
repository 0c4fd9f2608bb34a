-- migrate:up
-- One row is a show as it is now: each field as the latest change after the last deletion tells it. A text that nobody told is '',
-- a number or an instant NULL.
CREATE VIEW ticketing_shows_current AS
SELECT
    tenant_id,
    show_id,
    ifNull(argMax(since.organizer_id, (since.changed_at, since.id)), '') AS organizer_id,
    ifNull(argMax(since.name, (since.changed_at, since.id)), '') AS name,
    ifNull(argMax(since.category, (since.changed_at, since.id)), '') AS category,
    ifNull(argMax(since.venue, (since.changed_at, since.id)), '') AS venue,
    ifNull(argMax(since.city, (since.changed_at, since.id)), '') AS city,
    ifNull(argMax(since.country, (since.changed_at, since.id)), '') AS country,
    argMax(since.starts_at, (since.changed_at, since.id)) AS starts_at,
    argMax(since.ends_at, (since.changed_at, since.id)) AS ends_at,
    argMax(since.capacity, (since.changed_at, since.id)) AS capacity,
    max(since.changed_at) AS changed_at
FROM
(
    SELECT
        tenant_id,
        show_id,
        organizer_id,
        name,
        category,
        venue,
        city,
        country,
        starts_at,
        ends_at,
        capacity,
        changed_at,
        id,
        deleted,
        maxIf((changed_at, id, true), deleted) OVER (PARTITION BY tenant_id, show_id) AS deletion
    FROM ticketing_shows FINAL
) AS since
WHERE NOT since.deletion.3
    OR (since.changed_at, since.id) > (since.deletion.1, since.deletion.2)
GROUP BY
    tenant_id,
    show_id;

-- migrate:down
DROP VIEW ticketing_shows_current;
