-- migrate:up
-- Whether a value extracted as a String was an object or an array in the line. A string that starts with a bracket is
-- none unless it is JSON to its end.
CREATE FUNCTION is_nested_json AS (value) ->
    (startsWith(value, '{') OR startsWith(value, '[')) AND isValidJSON(value);

-- migrate:down
DROP FUNCTION is_nested_json;
