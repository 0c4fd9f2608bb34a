-- migrate:up
-- As before, and: a line is valid JSON also when the engine's parser does not read it by itself, and one in which a key comes
-- twice in one object is refused.
ALTER TABLE csr_scores_parsing MODIFY QUERY
WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, json_within_limits(line, half_pair())) AS json,
            json_quotes(line) AS quotes,
            json_keys(quotes) AS keys
        FROM csr_scores_landing
    ),
    extracted AS
    (
        SELECT
            *,
            landed_problem(fault, line, json, json_repeated_key(quotes, keys)) AS lineProblem,
            if(
                json = line,
                '',
                arrayFirst(
                    field -> position(field.2, half_pair()) > 0,
                    [('id', row.id), ('userId', row.userId), ('programId', row.programId), ('location', row.location), ('demographic', row.demographic), ('dimension', row.dimension), ('textType', row.textType)]).1) AS halfPairField,
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
        FROM readable
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(
        lineProblem != '',
            lineProblem,
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
ALTER TABLE csr_scores_parsing MODIFY QUERY
WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(
                line,
                'Tuple(
                    id String, userId String, programId String, location String, demographic String,
                    dimension String, textType String, score String,
                    createdAt String, updatedAt String, deleted String)') AS row,
            event_instant(row.createdAt) AS at,
            if(row.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), event_microsecond(row.updatedAt)) AS updated,
            row.deleted IN ('true', '1') AS isDeleted,
            row.dimension != '' AND length(row.dimension) <= 256 AND at IS NOT NULL AND toYear(at) BETWEEN 2000 AND 2100 AS hasPlace
        FROM csr_scores_landing
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(
        landed_line_problem(fault, line, row.id = '') != '',
            landed_line_problem(fault, line, row.id = ''),
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
