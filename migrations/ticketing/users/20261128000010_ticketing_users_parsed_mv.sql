-- migrate:up
-- Parses and checks the JSON of each line once:
--   {"id", "userId", "changedAt", "deleted"?, "name"?, "email"?, "country"?, "city"?, "segment"?}
-- The tenant is the landing table's, whatever the line says. Half of a surrogate pair in a text that is stored is refused.
-- The first failing rule is the reason; nothing here throws, whatever the line holds.
CREATE MATERIALIZED VIEW ticketing_users_parsed_mv TO ticketing_users_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(
                json,
                'Tuple(
                    id String,
                    userId String,
                    changedAt String,
                    deleted String,
                    name String,
                    email String,
                    country String,
                    city String,
                    segment String
                )'
            ) AS fields,
            event_instant(fields.changedAt) AS changedAtInstant,
            multiIf(
                json = line, '',
                position(fields.id, half_pair()) > 0, 'id',
                position(fields.userId, half_pair()) > 0, 'userId',
                position(fields.name, half_pair()) > 0, 'name',
                position(fields.email, half_pair()) > 0, 'email',
                position(fields.country, half_pair()) > 0, 'country',
                position(fields.city, half_pair()) > 0, 'city',
                position(fields.segment, half_pair()) > 0, 'segment',
                '') AS halfPairField
        FROM ticketing_users_json
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
        fields.userId = '',
            'userId is missing',
        id_problem(fields.userId) != '',
            concat('userId ', id_problem(fields.userId)),
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
        id_problem(fields.email) != '',
            concat('email ', id_problem(fields.email)),
        id_problem(fields.country) != '',
            concat('country ', id_problem(fields.country)),
        id_problem(fields.city) != '',
            concat('city ', id_problem(fields.city)),
        id_problem(fields.segment) != '',
            concat('segment ', id_problem(fields.segment)),
        '') AS reason,
    fields.id AS id,
    fields.userId AS user_id,
    assumeNotNull(changedAtInstant) AS changed_at,
    fields.deleted IN ('true', '1') AS deleted,
    if(JSONType(json, 'name') = 'Null', NULL, fields.name) AS name,
    if(JSONType(json, 'email') = 'Null', NULL, fields.email) AS email,
    if(JSONType(json, 'country') = 'Null', NULL, fields.country) AS country,
    if(JSONType(json, 'city') = 'Null', NULL, fields.city) AS city,
    if(JSONType(json, 'segment') = 'Null', NULL, fields.segment) AS segment
FROM extracted;

-- migrate:down
DROP VIEW ticketing_users_parsed_mv;
