-- migrate:up
-- The metadata of a line as it was written there, in the event (path is '') or in its data: the engine's parser prints it
-- again, and numbers in its own way. read is what it printed, json what it has read. A string that holds an object stays
-- what it says.
CREATE FUNCTION outreach_written_metadata AS (line, json, read, path) ->
    if(
        read = ''
        OR (json = line
            AND (position(line, read) > 0
                OR NOT match(replaceRegexpAll(json_quotes(line), '"[^"]*"', ''), '[0-9][.eE]|[0-9]{17}|-0'))),
        read,
        arrayMap(
            written -> if(startsWith(written, '{'), json_source(written), replaceAll(read, half_pair(), '�')),
            arrayMap(
                sources -> if(path = '', JSONExtractRaw(sources, 'metadata'), JSONExtractRaw(sources, path, 'metadata')),
                json_sources([line])))[1]);

-- migrate:down
DROP FUNCTION outreach_written_metadata;
