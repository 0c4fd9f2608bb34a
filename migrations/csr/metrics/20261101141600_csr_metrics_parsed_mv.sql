-- migrate:up
-- Parses and checks the JSON of each line once:
--   {"id", "userId"?, "metric", "value", "periodStart", "updatedAt"?, "deleted"?}
-- The tenant is the landing table's, whatever the line says. An id is a UUID or any other text, such as a number.
-- Without updatedAt a value counts from periodStart, so that corrections win. A deletion needs nothing but id and updatedAt;
-- without metric and periodStart it has no place of its own, the empty name and the day 0. Half of a surrogate pair in a
-- text that is stored is refused. The first failing rule is the reason; nothing here throws, whatever the line holds.
CREATE MATERIALIZED VIEW csr_metrics_parsed_mv TO csr_metrics_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(
                json = line, '',
                position(row.id, half_pair()) > 0, 'id',
                position(row.userId, half_pair()) > 0, 'userId',
                position(row.metric, half_pair()) > 0, 'metric',
                '') AS halfPairField,
            JSONExtract(
                json,
                'Tuple(
                    id String, userId String, metric String, value String,
                    periodStart String, updatedAt String, deleted String)') AS row,
            event_instant(row.periodStart) AS at,
            if(row.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), event_microsecond(row.updatedAt)) AS updated,
            row.deleted IN ('true', '1') AS isDeleted,
            row.metric != '' AND length(row.metric) <= 256 AND at IS NOT NULL AND toYear(at) BETWEEN 2000 AND 2100 AS hasPlace
        FROM csr_metrics_json
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
        id_problem(row.userId) != '',
            concat('userId ', id_problem(row.userId)),
        row.metric = '',
            'metric is missing',
        id_problem(row.metric) != '',
            concat('metric ', id_problem(row.metric)),
        row.value = '',
            'value is missing',
        match(row.value, '^-?[0-9]') AND ifNull(isInfinite(toFloat64OrNull(row.value)), 0),
            concat('value is beyond a number of 64 bits: ', quoted(row.value)),
        NOT ifNull(isFinite(toFloat64OrNull(row.value)), 0),
            concat('value is not a number: ', quoted(row.value)),
        row.periodStart = '',
            'periodStart is missing',
        at IS NULL,
            concat('periodStart is not an ISO 8601 date-time: ', quoted(row.periodStart)),
        toYear(at) NOT BETWEEN 2000 AND 2100,
            concat('periodStart is not in the years 2000 to 2100: ', quoted(row.periodStart)),
        '') AS reason,
    row_id(row.id) AS id,
    if(hasPlace, row.metric, '') AS metric,
    if(hasPlace, toDate(assumeNotNull(at), 'UTC'), toDate(0)) AS day,
    row.userId AS user_id,
    toFloat64OrZero(row.value) AS value,
    assumeNotNull(at) AS period_start,
    assumeNotNull(updated) AS updated_at,
    isDeleted AS deleted
FROM extracted;

-- migrate:down
DROP VIEW csr_metrics_parsed_mv;
