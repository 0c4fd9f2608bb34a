-- migrate:up
-- Reads odd lines: what valid JSON the engine's parser does not read by itself, what is wrong with the others, and metadata
-- as it was written. Steps are subqueries, so that none is written out twice.
CREATE MATERIALIZED VIEW outreach_json_odd_mv TO outreach_json AS
WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, json_within_limits(line, half_pair())) AS json,
            JSONExtract(json, 'Tuple(metadata String, data Tuple(metadata String))') AS event,
            if(event.metadata != '', JSONType(json, 'metadata'), JSONType(json, 'data', 'metadata')) = 'String' AS isText,
            if(event.metadata != '', event.metadata, event.data.metadata) AS readMetadata
        FROM outreach_odd
    ),
    written AS
    (
        SELECT
            *,
            outreach_written_metadata(line, json, readMetadata, if(event.metadata != '', '', 'data')) AS own_metadata
        FROM readable
    ),
    checked AS
    (
        SELECT
            *,
            if(own_metadata = '' OR isValidJSON(own_metadata), own_metadata, json_within_limits(own_metadata, '�')) AS own_metadata_json,
            -- an object in a string is not part of the line's own objects
            arrayMap(
                quotes -> json_repeated_key(quotes, json_keys(quotes)),
                [json_quotes(line), if(isText, json_quotes(own_metadata), '')]) AS repeated
        FROM written
    ),
    judged AS
    (
        SELECT
            *,
            landed_problem(fault, line, json, repeated[1]) AS lineProblem
        FROM checked
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(
        lineProblem != '',
            lineProblem,
        own_metadata != '' AND own_metadata_json = '',
            concat('metadata is not an object: ', quoted(own_metadata)),
        repeated[2] != '',
            concat('metadata is ambiguous: ', quoted(substring(repeated[2], 2)), ' comes twice in one object'),
        '') AS problem,
    own_metadata,
    own_metadata_json,
    received_at
FROM judged;

-- migrate:down
DROP VIEW outreach_json_odd_mv;
