-- migrate:up
-- One row says that a gateway was alive at an instant, by the server's clock; each writes its own about once a second,
-- so that the others know among how many a budget is shared, and whose held queries count. Kept for a day.
CREATE TABLE gateway_instances
(
    instance UUID,
    seen_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(seen_at)
ORDER BY instance
TTL toDateTime(seen_at) + INTERVAL 1 DAY;

-- migrate:down
DROP TABLE gateway_instances;
