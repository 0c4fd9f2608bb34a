-- migrate:up
-- The keys of JSON text, each with the number of its object, in a list of one list. tokens is a list of one list: the text's
-- strings, those that are keys with their colon, and brackets. In the order of depth and place, the keys of an object stand
-- after its own bracket. No lambda here uses a list from outside: it would be copied for each element.
CREATE FUNCTION json_object_keys AS (tokens) ->
    arrayMap(
        nesting -> arrayFilter(
            entry -> entry.2 != '',
            arrayMap(
                (entry, object) -> (object, if(endsWith(entry.3, ':'), json_key(entry.3), '')),
                nesting,
                arrayCumSum(entry -> endsWith(entry.3, ':') ? 0 : 1, nesting))),
        arrayMap(
            list -> arraySort(
                arrayFilter(
                    entry -> entry.3 IN ('{', '[') OR endsWith(entry.3, ':'),
                    arrayMap(
                        (token, depth, place) -> (depth, place, token),
                        list,
                        arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list),
                        arrayEnumerate(list)))),
            tokens));

-- migrate:down
DROP FUNCTION json_object_keys;
