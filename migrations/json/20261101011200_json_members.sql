-- migrate:up
-- The members of a JSON object in a text, to be shown as JSON: keys in their order, with dots and nulls as they are.
-- The type JSON for the whole would split keys at dots, leave out nulls, reformat dates and refuse a key that comes
-- twice. Numbers that no type holds are shown as strings, halves of surrogate pairs as U+FFFD; of a key that comes twice,
-- the last counts. Never throws; anything that is not an object has no members.
CREATE FUNCTION json_members AS (text) ->
    arrayMap(
        members -> mapFromArrays(
            members.1,
            arrayMap(
                value -> multiIf(
                    startsWith(value, '"'), JSONExtractString(value)::Dynamic,
                    startsWith(value, '{'), JSONExtract(value, 'JSON')::Dynamic,
                    JSONExtract(concat('{"value":', value, '}'), 'JSON').value),
                members.2)),
        arrayMap(
            members -> arrayReverse(
                arrayFilter((member, count) -> count = 1, members, arrayEnumerateUniq(members.1))),
            [
                arrayReverse(
                    JSONExtractKeysAndValuesRaw(if(isValidJSON(text), text, json_within_limits(text, '�'))))
            ]))[1];

-- migrate:down
DROP FUNCTION json_members;
