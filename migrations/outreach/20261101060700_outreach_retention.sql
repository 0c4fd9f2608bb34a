-- migrate:up
-- How long an event is kept after it occurred: the TTL of outreach_events, and what outreach_parsed_mv refuses.
CREATE FUNCTION outreach_retention AS () -> INTERVAL 2 YEAR;

-- migrate:down
DROP FUNCTION outreach_retention;
