-- migrate:up
-- The keys that come twice in one object of JSON text, at whatever depth, each behind a quote. quotes is json_quotes of the
-- text.
CREATE FUNCTION json_repeated_keys AS (quotes) ->
    arrayFilter(
        (key, count) -> count > 1,
        json_object_keys(json_nesting(extractAll(quotes, '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]'))).2,
        arrayEnumerateUniq(json_object_keys(json_nesting(extractAll(quotes, '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')))));

-- migrate:down
DROP FUNCTION json_repeated_keys;
