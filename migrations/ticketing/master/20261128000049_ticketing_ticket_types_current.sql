-- migrate:up
-- One row is a ticket type as it is now: each field as the latest change after the last deletion tells it. A text that nobody told is '',
-- a number or an instant NULL.
CREATE VIEW ticketing_ticket_types_current AS
SELECT
    tenant_id,
    ticket_type_id,
    ifNull(argMax(since.show_id, (since.changed_at, since.id)), '') AS show_id,
    ifNull(argMax(since.name, (since.changed_at, since.id)), '') AS name,
    argMax(since.price_minor, (since.changed_at, since.id)) AS price_minor,
    ifNull(argMax(since.currency, (since.changed_at, since.id)), '') AS currency,
    argMax(since.quantity, (since.changed_at, since.id)) AS quantity,
    max(since.changed_at) AS changed_at
FROM
(
    SELECT
        tenant_id,
        ticket_type_id,
        show_id,
        name,
        price_minor,
        currency,
        quantity,
        changed_at,
        id,
        deleted,
        maxIf((changed_at, id, true), deleted) OVER (PARTITION BY tenant_id, ticket_type_id) AS deletion
    FROM ticketing_ticket_types FINAL
) AS since
WHERE NOT since.deletion.3
    OR (since.changed_at, since.id) > (since.deletion.1, since.deletion.2)
GROUP BY
    tenant_id,
    ticket_type_id;

-- migrate:down
DROP VIEW ticketing_ticket_types_current;
