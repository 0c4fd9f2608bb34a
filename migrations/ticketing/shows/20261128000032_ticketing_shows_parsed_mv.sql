-- migrate:up
-- Parses and checks the JSON of each line once:
--   {"id", "showId", "changedAt", "deleted"?, "organizerId"?, "name"?, "category"?, "venue"?, "city"?, "country"?, "startsAt"?, "endsAt"?, "capacity"?}
-- The tenant is the landing table's, whatever the line says. Half of a surrogate pair in a text that is stored is refused.
-- The first failing rule is the reason; nothing here throws, whatever the line holds.
CREATE MATERIALIZED VIEW ticketing_shows_parsed_mv TO ticketing_shows_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(
                json,
                'Tuple(
                    id String,
                    showId String,
                    changedAt String,
                    deleted String,
                    organizerId String,
                    name String,
                    category String,
                    venue String,
                    city String,
                    country String,
                    startsAt String,
                    endsAt String,
                    capacity String
                )'
            ) AS fields,
            event_instant(fields.changedAt) AS changedAtInstant,
            event_instant(fields.startsAt) AS startsAtInstant,
            event_instant(fields.endsAt) AS endsAtInstant,
            multiIf(
                json = line, '',
                position(fields.id, half_pair()) > 0, 'id',
                position(fields.showId, half_pair()) > 0, 'showId',
                position(fields.organizerId, half_pair()) > 0, 'organizerId',
                position(fields.name, half_pair()) > 0, 'name',
                position(fields.category, half_pair()) > 0, 'category',
                position(fields.venue, half_pair()) > 0, 'venue',
                position(fields.city, half_pair()) > 0, 'city',
                position(fields.country, half_pair()) > 0, 'country',
                '') AS halfPairField
        FROM ticketing_shows_json
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
        fields.showId = '',
            'showId is missing',
        id_problem(fields.showId) != '',
            concat('showId ', id_problem(fields.showId)),
        fields.changedAt = '',
            'changedAt is missing',
        changedAtInstant IS NULL,
            concat('changedAt is not an ISO 8601 date-time: ', quoted(fields.changedAt)),
        toYear(changedAtInstant) NOT BETWEEN 2000 AND 2100,
            concat('changedAt is not in the years 2000 to 2100: ', quoted(fields.changedAt)),
        fields.deleted NOT IN ('', 'true', 'false', '1', '0'),
            concat('deleted is not a boolean: ', quoted(fields.deleted)),
        id_problem(fields.organizerId) != '',
            concat('organizerId ', id_problem(fields.organizerId)),
        id_problem(fields.name) != '',
            concat('name ', id_problem(fields.name)),
        id_problem(fields.category) != '',
            concat('category ', id_problem(fields.category)),
        id_problem(fields.venue) != '',
            concat('venue ', id_problem(fields.venue)),
        id_problem(fields.city) != '',
            concat('city ', id_problem(fields.city)),
        id_problem(fields.country) != '',
            concat('country ', id_problem(fields.country)),
        fields.startsAt != '' AND startsAtInstant IS NULL,
            concat('startsAt is not an ISO 8601 date-time: ', quoted(fields.startsAt)),
        fields.startsAt != '' AND toYear(startsAtInstant) NOT BETWEEN 2000 AND 2100,
            concat('startsAt is not in the years 2000 to 2100: ', quoted(fields.startsAt)),
        fields.endsAt != '' AND endsAtInstant IS NULL,
            concat('endsAt is not an ISO 8601 date-time: ', quoted(fields.endsAt)),
        fields.endsAt != '' AND toYear(endsAtInstant) NOT BETWEEN 2000 AND 2100,
            concat('endsAt is not in the years 2000 to 2100: ', quoted(fields.endsAt)),
        ifNull(endsAtInstant < startsAtInstant, false),
            'endsAt is before startsAt',
        fields.capacity != '' AND toUInt32OrNull(fields.capacity) IS NULL,
            concat('capacity is not a whole number from 0 to 4294967295: ', quoted(fields.capacity)),
        '') AS reason,
    fields.id AS id,
    fields.showId AS show_id,
    assumeNotNull(changedAtInstant) AS changed_at,
    fields.deleted IN ('true', '1') AS deleted,
    if(JSONType(json, 'organizerId') = 'Null', NULL, fields.organizerId) AS organizer_id,
    if(JSONType(json, 'name') = 'Null', NULL, fields.name) AS name,
    if(JSONType(json, 'category') = 'Null', NULL, fields.category) AS category,
    if(JSONType(json, 'venue') = 'Null', NULL, fields.venue) AS venue,
    if(JSONType(json, 'city') = 'Null', NULL, fields.city) AS city,
    if(JSONType(json, 'country') = 'Null', NULL, fields.country) AS country,
    startsAtInstant AS starts_at,
    endsAtInstant AS ends_at,
    toUInt32OrNull(fields.capacity) AS capacity
FROM extracted;

-- migrate:down
DROP VIEW ticketing_shows_parsed_mv;
