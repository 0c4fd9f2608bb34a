-- migrate:up
-- JSON text that the engine's parser can read, made of one that is beyond its limits: an integer of more than 64 bits or a
-- number of more than a double holds becomes a string of its digits, half of a surrogate pair the character given as half.
-- Empty for a text that is no JSON. The pattern walks from such a number to the next, or to the end, over whole strings and
-- numbers, so that it never looks into a string.
CREATE FUNCTION json_within_limits AS (text, half) ->
    arrayMap(
        tamed -> if(isValidJSON(tamed), tamed, ''),
        arrayMap(
            quotes -> json_unquotes(
                trimRight(
                    replaceRegexpAll(
                        replaceAll(
                            replaceRegexpAll(
                                replaceRegexpAll(
                                    quotes,
                                    '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})',
                                    '\x04\\1\x04\\2'),
                                '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}',
                                half),
                            '\x04',
                            '\\'),
                        '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)',
                        '\\1"\\2"'),
                    '"')),
            json_lexical([if(match(text, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), text, '')])))[1];

-- migrate:down
DROP FUNCTION json_within_limits;
