-- migrate:up
-- One row is an interaction with a show: a view, a click, a ticket put into the cart, a checkout, a purchase, a refund, a check-in, a share or a favourite, in one version. The latest
-- updated_at wins, whatever the order of delivery; of the same updated_at the one that came last. Read it with FINAL.
-- actor_hash stands for the user, or the session when nobody has signed in, where they are counted.
-- ORDER BY: a tenant asks for a range of time, and pages go by it; the id makes versions replace each other. A correction
-- that changes occurred_at lands elsewhere in this order: ticketing_events_moved_mv then writes a deleted row over the old place.
-- PARTITION BY month: a month to which nothing is added for five minutes is merged into one part, which FINAL reads as it is.
-- Rows live for ever. Text that nobody gave is ''.
CREATE TABLE ticketing_events
(
    tenant_id String,
    id String CODEC(ZSTD(1)),
    event_type LowCardinality(String),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    show_id String CODEC(ZSTD(1)),
    organizer_id String CODEC(ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    ticket_type_id String CODEC(ZSTD(1)),
    order_id String CODEC(ZSTD(1)),
    quantity UInt32,
    device String,
    browser String,
    os String,
    country String,
    city String CODEC(ZSTD(1)),
    channel String,
    updated_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    deleted Bool,
    actor_hash UInt64 MATERIALIZED sipHash64(if(user_id = '', concat('session ', session_id), concat('user ', user_id))) CODEC(NONE),
    -- a request's corrections are looked for by id: at 0.01 a hundred ids would have most granules read
    INDEX ids id TYPE bloom_filter(0.0001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, occurred_at)
ORDER BY (tenant_id, occurred_at, id)
SETTINGS
    non_replicated_deduplication_window = 1000,
    min_age_to_force_merge_seconds = 300,
    min_age_to_force_merge_on_partition_only = 1;

-- migrate:down
DROP TABLE ticketing_events;
