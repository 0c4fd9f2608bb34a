-- migrate:up
-- One row is a ticket type as it is now: a dimension of type 1, computed from the log of changes when it is read.
CREATE VIEW warehouse_ticket_types AS
SELECT
    tenant_id,
    ticket_type_id,
    show_id,
    name,
    price_minor,
    currency,
    quantity
FROM ticketing_ticket_types_current;

-- migrate:down
DROP VIEW warehouse_ticket_types;
