-- migrate:up
-- As before, also of an object with numbers that no type holds, which are shown as strings, and with halves of surrogate
-- pairs, shown as U+FFFD. Of a key that comes twice, in objects stored before that was refused, the last counts.
CREATE OR REPLACE FUNCTION json_members AS (text) ->
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
CREATE OR REPLACE FUNCTION json_members AS (text) ->
    mapFromArrays(
        JSONExtractKeysAndValuesRaw(text).1,
        arrayMap(
            value -> multiIf(
                startsWith(value, '"'), JSONExtractString(value)::Dynamic,
                startsWith(value, '{'), JSONExtract(value, 'JSON')::Dynamic,
                JSONExtract(concat('{"value":', value, '}'), 'JSON').value),
            JSONExtractKeysAndValuesRaw(text).2));
