-- migrate:up
-- One row is one event of messaging outreach: a message, campaign, workflow run, sequence enrolment or contact to
-- which something happened. ORDER BY: a tenant asks for a few event types in a range of time, and the id at the end
-- makes re-delivered events equal, so that merges drop them; queries never rely on that, they count distinct things.
-- PARTITION BY month: few parts, and old ones expire whole. A row lives for outreach_retention() after it occurred.
-- Optional columns are '' where the event has nothing; step_number is NULL, since 0 is a step.
-- entity_hash and contact_hash stand for the ids in distinct counts: 64 random bits, incompressible, of which ten
-- million collide with a probability of 1 in 370,000.
CREATE TABLE outreach_events
(
    id UUID,
    tenant_id String,
    event_type LowCardinality(String),
    entity_type LowCardinality(String),
    entity_id String CODEC(ZSTD(1)),
    channel LowCardinality(String),
    contact_id String CODEC(ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    source_type String,
    source_id String CODEC(ZSTD(1)),
    campaign_id String,
    workflow_id String,
    sequence_id String,
    template_id String,
    metadata String CODEC(ZSTD(1)),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    ingested_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    step_number Nullable(UInt32) CODEC(ZSTD(1)),
    entity_hash UInt64 MATERIALIZED sipHash64(entity_id) CODEC(NONE),
    contact_hash UInt64 MATERIALIZED sipHash64(contact_id) CODEC(NONE),
    INDEX channels channel TYPE set(8) GRANULARITY 4,
    INDEX entities entity_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX campaigns campaign_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX contacts contact_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, event_type, occurred_at)
ORDER BY (tenant_id, event_type, occurred_at, id)
TTL toDateTime(occurred_at) + outreach_retention()
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE outreach_events;
