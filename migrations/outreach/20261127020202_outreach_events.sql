-- migrate:up
-- The TTL as the function says it; what it comes to has not changed.
ALTER TABLE outreach_events MODIFY TTL toDateTime(occurred_at) + outreach_retention()
SETTINGS materialize_ttl_after_modify = 0;

-- migrate:down
ALTER TABLE outreach_events MODIFY TTL toDateTime(occurred_at) + INTERVAL 2 YEAR
SETTINGS materialize_ttl_after_modify = 0;
