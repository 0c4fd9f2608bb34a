-- migrate:up
-- Parses and checks the JSON of each line once:
--   {"id", "ticketTypeId", "changedAt", "deleted"?, "showId"?, "name"?, "priceMinor"?, "currency"?, "quantity"?}
-- The tenant is the landing table's, whatever the line says. Half of a surrogate pair in a text that is stored is refused.
-- The first failing rule is the reason; nothing here throws, whatever the line holds.
CREATE MATERIALIZED VIEW ticketing_ticket_types_parsed_mv TO ticketing_ticket_types_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(
                json,
                'Tuple(
                    id String,
                    ticketTypeId String,
                    changedAt String,
                    deleted String,
                    showId String,
                    name String,
                    priceMinor String,
                    currency String,
                    quantity String
                )'
            ) AS fields,
            event_instant(fields.changedAt) AS changedAtInstant,
            multiIf(
                json = line, '',
                position(fields.id, half_pair()) > 0, 'id',
                position(fields.ticketTypeId, half_pair()) > 0, 'ticketTypeId',
                position(fields.showId, half_pair()) > 0, 'showId',
                position(fields.name, half_pair()) > 0, 'name',
                position(fields.currency, half_pair()) > 0, 'currency',
                '') AS halfPairField
        FROM ticketing_ticket_types_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(
        problem != '',
            problem,
        halfPairField != '',
            concat(halfPairField, ' holds half of a surrogate pair'),
        fields.id = '',
            'id is missing',
        id_problem(fields.id) != '',
            concat('id ', id_problem(fields.id)),
        fields.ticketTypeId = '',
            'ticketTypeId is missing',
        id_problem(fields.ticketTypeId) != '',
            concat('ticketTypeId ', id_problem(fields.ticketTypeId)),
        fields.changedAt = '',
            'changedAt is missing',
        changedAtInstant IS NULL,
            concat('changedAt is not an ISO 8601 date-time: ', quoted(fields.changedAt)),
        toYear(changedAtInstant) NOT BETWEEN 2000 AND 2100,
            concat('changedAt is not in the years 2000 to 2100: ', quoted(fields.changedAt)),
        fields.deleted NOT IN ('', 'true', 'false', '1', '0'),
            concat('deleted is not a boolean: ', quoted(fields.deleted)),
        id_problem(fields.showId) != '',
            concat('showId ', id_problem(fields.showId)),
        id_problem(fields.name) != '',
            concat('name ', id_problem(fields.name)),
        fields.priceMinor != '' AND toInt64OrNull(fields.priceMinor) IS NULL,
            concat('priceMinor is not a whole number from -9223372036854775808 to 9223372036854775807: ', quoted(fields.priceMinor)),
        toInt64OrZero(fields.priceMinor) < 0,
            concat('priceMinor is negative: ', quoted(fields.priceMinor)),
        id_problem(fields.currency) != '',
            concat('currency ', id_problem(fields.currency)),
        fields.currency != '' AND NOT is_currency(fields.currency),
            concat('currency is not a code of ISO 4217: ', quoted(fields.currency)),
        fields.quantity != '' AND toUInt32OrNull(fields.quantity) IS NULL,
            concat('quantity is not a whole number from 0 to 4294967295: ', quoted(fields.quantity)),
        '') AS reason,
    fields.id AS id,
    fields.ticketTypeId AS ticket_type_id,
    assumeNotNull(changedAtInstant) AS changed_at,
    fields.deleted IN ('true', '1') AS deleted,
    if(JSONType(json, 'showId') = 'Null', NULL, fields.showId) AS show_id,
    if(JSONType(json, 'name') = 'Null', NULL, fields.name) AS name,
    toInt64OrNull(fields.priceMinor) AS price_minor,
    if(JSONType(json, 'currency') = 'Null', NULL, fields.currency) AS currency,
    toUInt32OrNull(fields.quantity) AS quantity
FROM extracted;

-- migrate:down
DROP VIEW ticketing_ticket_types_parsed_mv;
