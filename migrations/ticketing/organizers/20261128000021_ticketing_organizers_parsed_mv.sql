-- migrate:up
-- Parses and checks the JSON of each line once:
--   {"id", "organizerId", "changedAt", "deleted"?, "name"?, "country"?, "tier"?}
-- The tenant is the landing table's, whatever the line says. Half of a surrogate pair in a text that is stored is refused.
-- The first failing rule is the reason; nothing here throws, whatever the line holds.
CREATE MATERIALIZED VIEW ticketing_organizers_parsed_mv TO ticketing_organizers_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(
                json,
                'Tuple(
                    id String,
                    organizerId String,
                    changedAt String,
                    deleted String,
                    name String,
                    country String,
                    tier String
                )'
            ) AS fields,
            event_instant(fields.changedAt) AS changedAtInstant,
            multiIf(
                json = line, '',
                position(fields.id, half_pair()) > 0, 'id',
                position(fields.organizerId, half_pair()) > 0, 'organizerId',
                position(fields.name, half_pair()) > 0, 'name',
                position(fields.country, half_pair()) > 0, 'country',
                position(fields.tier, half_pair()) > 0, 'tier',
                '') AS halfPairField
        FROM ticketing_organizers_json
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
        fields.organizerId = '',
            'organizerId is missing',
        id_problem(fields.organizerId) != '',
            concat('organizerId ', id_problem(fields.organizerId)),
        fields.changedAt = '',
            'changedAt is missing',
        changedAtInstant IS NULL,
            concat('changedAt is not an ISO 8601 date-time: ', quoted(fields.changedAt)),
        toYear(changedAtInstant) NOT BETWEEN 2000 AND 2100,
            concat('changedAt is not in the years 2000 to 2100: ', quoted(fields.changedAt)),
        fields.deleted NOT IN ('', 'true', 'false', '1', '0'),
            concat('deleted is not a boolean: ', quoted(fields.deleted)),
        id_problem(fields.name) != '',
            concat('name ', id_problem(fields.name)),
        id_problem(fields.country) != '',
            concat('country ', id_problem(fields.country)),
        id_problem(fields.tier) != '',
            concat('tier ', id_problem(fields.tier)),
        '') AS reason,
    fields.id AS id,
    fields.organizerId AS organizer_id,
    assumeNotNull(changedAtInstant) AS changed_at,
    fields.deleted IN ('true', '1') AS deleted,
    if(JSONType(json, 'name') = 'Null', NULL, fields.name) AS name,
    if(JSONType(json, 'country') = 'Null', NULL, fields.country) AS country,
    if(JSONType(json, 'tier') = 'Null', NULL, fields.tier) AS tier
FROM extracted;

-- migrate:down
DROP VIEW ticketing_organizers_parsed_mv;
