-- migrate:up
-- The keys of JSON text, each with the number of its object, of what json_nesting made.
CREATE FUNCTION json_object_keys AS (nesting) ->
    arrayFilter(
        entry -> entry.2 != '',
        arrayMap(
            (entry, object) -> (
                object,
                if(endsWith(entry.3, ':'), concat('"', json_key(extract(entry.3, '"([^"]*)"'))), '')),
            nesting,
            arrayCumSum(entry -> entry.3 IN ('{', '['), nesting)));

-- migrate:down
DROP FUNCTION json_object_keys;
