-- migrate:up
-- A value as a reason quotes it: its first 64 characters, in double quotes.
CREATE FUNCTION quoted AS (value) ->
    concat('"', substringUTF8(value, 1, 64), if(lengthUTF8(value) > 64, '…', ''), '"');

-- migrate:down
DROP FUNCTION quoted;
