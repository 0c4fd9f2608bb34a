-- migrate:up
-- The members of a JSON object in a text, to be shown as JSON: keys in their order, with dots and nulls as they are.
-- The type JSON for the whole would split keys at dots, leave out nulls, reformat dates and refuse a key that comes
-- twice. Never throws; anything that is not an object has no members.
CREATE FUNCTION json_members AS (text) ->
    mapFromArrays(
        JSONExtractKeysAndValuesRaw(text).1,
        arrayMap(
            value -> multiIf(
                startsWith(value, '"'), JSONExtractString(value)::Dynamic,
                startsWith(value, '{'), JSONExtract(value, 'JSON')::Dynamic,
                JSONExtract(concat('{"value":', value, '}'), 'JSON').value),
            JSONExtractKeysAndValuesRaw(text).2));

-- migrate:down
DROP FUNCTION json_members;
