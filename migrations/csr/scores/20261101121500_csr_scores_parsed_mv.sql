-- migrate:up
-- Parses and checks the JSON of each line once:
--   {"id", "userId", "programId"?, "location"?, "demographic"?, "dimension", "textType"?, "score", "createdAt", "updatedAt"?,
--    "deleted"?}
-- The tenant is the landing table's, whatever the line says. An id is a UUID or any other text, such as a number.
-- Without updatedAt a score counts from createdAt, so that corrections win. A deletion needs nothing but id and updatedAt;
-- without dimension and createdAt it has no place of its own, the empty name and the day 0. Half of a surrogate pair in a
-- text that is stored is refused. The first failing rule is the reason; nothing here throws, whatever the line holds.
CREATE MATERIALIZED VIEW csr_scores_parsed_mv TO csr_scores_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(
                json = line, '',
                position(row.id, half_pair()) > 0, 'id',
                position(row.userId, half_pair()) > 0, 'userId',
                position(row.programId, half_pair()) > 0, 'programId',
                position(row.location, half_pair()) > 0, 'location',
                position(row.demographic, half_pair()) > 0, 'demographic',
                position(row.dimension, half_pair()) > 0, 'dimension',
                position(row.textType, half_pair()) > 0, 'textType',
                '') AS halfPairField,
            JSONExtract(
                json,
                'Tuple(
                    id String, userId String, programId String, location String, demographic String,
                    dimension String, textType String, score String,
                    createdAt String, updatedAt String, deleted String)') AS row,
            event_instant(row.createdAt) AS at,
            if(row.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), event_microsecond(row.updatedAt)) AS updated,
            row.deleted IN ('true', '1') AS isDeleted,
            row.dimension != '' AND length(row.dimension) <= 256 AND at IS NOT NULL AND toYear(at) BETWEEN 2000 AND 2100 AS hasPlace
        FROM csr_scores_json
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
        row.id = '',
            'id is missing',
        id_problem(row.id) != '',
            concat('id ', id_problem(row.id)),
        row.deleted NOT IN ('', 'true', 'false', '1', '0'),
            concat('deleted is not a boolean: ', quoted(row.deleted)),
        row.updatedAt != '' AND updated IS NULL,
            concat('updatedAt is not an ISO 8601 date-time: ', quoted(row.updatedAt)),
        isDeleted AND updated IS NULL,
            'updatedAt is missing',
        row.updatedAt != '' AND toYear(updated) NOT BETWEEN 2000 AND 2100,
            concat('updatedAt is not in the years 2000 to 2100: ', quoted(row.updatedAt)),
        isDeleted,
            '',
        row.userId = '',
            'userId is missing',
        id_problem(row.userId) != '',
            concat('userId ', id_problem(row.userId)),
        id_problem(row.programId) != '',
            concat('programId ', id_problem(row.programId)),
        id_problem(row.location) != '',
            concat('location ', id_problem(row.location)),
        id_problem(row.demographic) != '',
            concat('demographic ', id_problem(row.demographic)),
        row.dimension = '',
            'dimension is missing',
        id_problem(row.dimension) != '',
            concat('dimension ', id_problem(row.dimension)),
        id_problem(row.textType) != '',
            concat('textType ', id_problem(row.textType)),
        row.score = '',
            'score is missing',
        NOT ifNull(toFloat64OrNull(row.score) BETWEEN 0 AND 1, 0),
            concat('score is not a number from 0 to 1: ', quoted(row.score)),
        row.createdAt = '',
            'createdAt is missing',
        at IS NULL,
            concat('createdAt is not an ISO 8601 date-time: ', quoted(row.createdAt)),
        toYear(at) NOT BETWEEN 2000 AND 2100,
            concat('createdAt is not in the years 2000 to 2100: ', quoted(row.createdAt)),
        '') AS reason,
    row_id(row.id) AS id,
    if(hasPlace, row.dimension, '') AS dimension,
    if(hasPlace, toDate(assumeNotNull(at), 'UTC'), toDate(0)) AS day,
    row.userId AS user_id,
    row.programId AS program_id,
    row.location AS location,
    row.demographic AS demographic,
    row.textType AS text_type,
    toFloat64OrZero(row.score) AS score,
    assumeNotNull(at) AS created_at,
    assumeNotNull(updated) AS updated_at,
    isDeleted AS deleted
FROM extracted;

-- migrate:down
DROP VIEW csr_scores_parsed_mv;
