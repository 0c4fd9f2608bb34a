-- migrate:up
-- How many messages are in a list of outreach_message, on whatever channels. For short lists: their set fits the processor's
-- cache.
CREATE FUNCTION outreach_distinct_messages AS (messages) ->
    arrayUniq(arrayMap(message -> bitShiftRight(message, 3), messages));

-- migrate:down
DROP FUNCTION outreach_distinct_messages;
