-- migrate:up
-- A line with an id, if it is a JSON object that has none of its own, or one that is null or empty: sent twice, it counts
-- once. Any other line is as it was. An empty id stays when the text "id" stands elsewhere in the line too.
CREATE FUNCTION with_event_id AS (line, id) ->
    arrayMap(
        json -> multiIf(
            NOT isValidJSON(json) OR JSONType(json) != 'Object',
                line,
            NOT JSONHas(json, 'id'),
                concat(
                    substring(line, 1, position(line, '{')),
                    '"id":"', id, '"',
                    if(match(line, '^[^{]*\\{[ \t\r\n]*\\}'), '', ','),
                    substring(line, position(line, '{') + 1)),
            JSONExtractRaw(json, 'id') IN ('null', '""') AND countSubstrings(line, '"id"') = 1,
                replaceRegexpOne(
                    line,
                    '"id"([ \t\r\n]*:[ \t\r\n]*)(?:null|"")',
                    concat('"id"\\1"', id, '"')),
            line),
        [if(isValidJSON(line), line, json_within_limits(line, half_pair()))])[1];

-- migrate:down
DROP FUNCTION with_event_id;
