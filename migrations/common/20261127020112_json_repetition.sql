-- migrate:up
-- A sentence about the first key that comes twice in one object of valid JSON, at whatever depth; '' if there is none.
-- What is read otherwise depends on who reads: the engine takes the first, most libraries the last. Nearly all texts
-- have no key twice in any of their objects, which is known at a tenth of the cost.
CREATE FUNCTION json_repetition AS (text) ->
    arrayStringConcat(
        arrayMap(
            key -> concat(quoted(substring(key, 2)), ' comes twice in one object'),
            arraySlice(
                json_repeated_keys(
                    if(
                        arrayUniq(json_keys(json_quotes(text))) = length(json_keys(json_quotes(text)))
                        AND NOT (
                            position(text, '\\') > 0
                            AND arrayExists(key -> position(key, '\\') > 0, json_keys(json_quotes(text)))),
                        '',
                        json_quotes(text))),
                1,
                1)));

-- migrate:down
DROP FUNCTION json_repetition;
