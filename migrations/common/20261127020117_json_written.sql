-- migrate:up
-- An object that was read from the event of a line or its data, as it was written there: the engine's parser prints it again,
-- and numbers in its own way. value is what it printed, json what it has read; path is 'data' or ''. A string that
-- holds an object stays what it says.
CREATE FUNCTION json_written AS (line, json, value, path, name) ->
    if(
        value = ''
        OR (json = line
            AND (position(line, value) > 0
                OR NOT match(replaceRegexpAll(json_quotes(line), '"[^"]*"', ''), '[0-9][.eE]|[0-9]{17}|-0'))),
        value,
        arrayMap(
            written -> if(startsWith(written, '{'), json_source(written), replaceAll(value, half_pair(), '�')),
            [
                if(
                    path = '',
                    JSONExtractRaw(json_sources(line, json_quotes(line)), name),
                    JSONExtractRaw(json_sources(line, json_quotes(line)), path, name))
            ])[1]);

-- migrate:down
DROP FUNCTION json_written;
