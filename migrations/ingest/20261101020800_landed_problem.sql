-- migrate:up
-- What is wrong with a landed line as such, '' if nothing: the gateway's fault with it, that it is no JSON object, or that a
-- key comes twice in one object, which each reader takes for something else. json is the line as the engine can read it,
-- repeated what json_repeated_key found.
CREATE FUNCTION landed_problem AS (fault, line, json, repeated) -> multiIf(
    fault != '', fault,
    json = '' AND NOT isValidUTF8(line), 'Line is not valid UTF-8',
    json = '' AND countSubstrings(line, '[') + countSubstrings(line, '{') > 1024, 'Line is not valid JSON, or is nested more than 1024 levels deep',
    json = '', 'Line is not valid JSON',
    NOT startsWith(line, '{') AND NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{'), 'Line is not a JSON object',
    repeated != '', concat(quoted(substring(repeated, 2)), ' comes twice in one object'),
    '');

-- migrate:down
DROP FUNCTION landed_problem;
