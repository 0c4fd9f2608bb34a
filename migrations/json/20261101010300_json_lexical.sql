-- migrate:up
-- json_quotes of a text, '' when that cannot be cut into strings and what stands between them: the quotes are even, each
-- escape is one, no control character stands in the text, and no number where a key must be. What this lets through may
-- be broken in its brackets and commas alone, which the engine's parser sees. Text comes in a list of one, so that it is
-- written out once wherever it is used: a view is planned for each insert, and takes as long as it is long.
CREATE FUNCTION json_lexical AS (texts) ->
    arrayMap(
        quotes -> if(
            countSubstrings(quotes, '"') % 2 = 0
            AND position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0
            AND NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:'),
            quotes,
            ''),
        arrayMap(
            text -> if(startsWith(text, '"') OR match(text, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', json_quotes(text)),
            texts));

-- migrate:down
DROP FUNCTION json_lexical;
