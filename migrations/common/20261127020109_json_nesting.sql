-- migrate:up
-- The keys and opening brackets of JSON text, each as (depth, place, token), in the order of depth and place: the keys of an
-- object then stand behind its own bracket. tokens are strings, those that are keys with their colon, and brackets. No lambda here uses an array from outside:
-- it would be copied for each element.
CREATE FUNCTION json_nesting AS (tokens) ->
    arraySort(
        arrayFilter(
            entry -> entry.3 != '',
            arrayMap(
                (token, depth, place) -> (
                    depth,
                    place,
                    if(token IN ('{', '[') OR endsWith(token, ':'), token, '')),
                tokens,
                arrayCumSum(token -> multiIf(token IN ('{', '['), 1, token IN ('}', ']'), -1, 0), tokens),
                arrayEnumerate(tokens))));

-- migrate:down
DROP FUNCTION json_nesting;
