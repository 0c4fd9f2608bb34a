-- migrate:up
-- landed_problem has taken its place.
DROP FUNCTION landed_line_problem;

-- migrate:down
-- What is wrong with a landed line as such, '' if nothing: the gateway's fault with it, or that it is no JSON object.
-- mayBeBroken spares lines from which a required field was read a second parsing.
CREATE FUNCTION landed_line_problem AS (fault, line, mayBeBroken) -> multiIf(
    fault != '', fault,
    mayBeBroken AND NOT isValidUTF8(line), 'Line is not valid UTF-8',
    mayBeBroken AND NOT isValidJSON(line), 'Line is not valid JSON',
    NOT startsWith(line, '{') AND NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{'), 'Line is not a JSON object',
    '');
