-- migrate:up
-- JSON text as the engine's parser can read it, see json_within_limits; '' for a text that is no JSON.
CREATE FUNCTION json_readable AS (text, half) ->
    if(isValidJSON(text), text, json_within_limits(text, half));

-- migrate:down
DROP FUNCTION json_readable;
