-- migrate:up
-- A part of json_sources as it was written, without white space between its parts.
CREATE FUNCTION json_source AS (sources) ->
    replaceRegexpAll(
        replaceRegexpAll(sources, '"\\\\u0001([^"]*)"', '\\1'),
        '\\\\(["\\\\])',
        '\\1');

-- migrate:down
DROP FUNCTION json_source;
