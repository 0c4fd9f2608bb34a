-- migrate:up
-- One row is the name of one campaign, workflow, sequence or template, with the time of the event that told it.
-- The latest name wins (of several at the same millisecond the last in the alphabet), whatever the order or number
-- of deliveries: max of (time, name) is the same for any duplicates. ORDER BY: names are looked up by tenant, kind and
-- id. No partitions: there are few rows. They never expire, as an event may refer to a thing named long before it.
CREATE TABLE outreach_names
(
    tenant_id String,
    kind LowCardinality(String),
    id String,
    latest SimpleAggregateFunction(max, Tuple(named_at DateTime64(3, 'UTC'), name String))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, kind, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE outreach_names;
