-- migrate:up
-- Whether the metadata of a line may be an object in a string, or hold a number that the engine's parser would print in
-- another way than it was written: 1.10, 1e3, -0, 0.0001 or one of 17 characters and more.
CREATE FUNCTION outreach_metadata_is_odd AS (line) ->
    position(line, '"metadata"') > 0
    AND match(
        substring(line, position(line, '"metadata"')),
        '"metadata"[ \t\r\n]*:[ \t\r\n]*"|[:,\\[ \t\r\n](?:-?(?:[0-9]+\\.[0-9]*0[,\\]} \t\r\n]|[0-9.]+[eE]|[0-9.]{17}|0\\.000)|-0[,\\]} \t\r\n])');

-- migrate:down
DROP FUNCTION outreach_metadata_is_odd;
