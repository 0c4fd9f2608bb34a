-- migrate:up
-- One row is a page that a visitor looked at, in one version. The latest
-- updated_at wins, whatever the order of delivery; of the same updated_at the one that came last. Read it with FINAL.
-- A sample keeps some visitors' rows (docs/sampling.md): sums are of weights.
-- ORDER BY: a tenant asks for a range of time, and pages go by it; the id makes versions replace each other. A correction
-- that changes occurred_at lands elsewhere in this order: ticketing_page_views_moved_mv then writes a deleted row over the old place.
-- PARTITION BY month: a month to which nothing is added for five minutes is merged into one part, which FINAL reads as it is.
-- Rows live for ever. Text that nobody gave is ''.
CREATE TABLE ticketing_page_views
(
    tenant_id String,
    id String CODEC(ZSTD(1)),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    visitor_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    url String CODEC(ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    show_id String CODEC(ZSTD(1)),
    organizer_id String CODEC(ZSTD(1)),
    referrer String CODEC(ZSTD(1)),
    device String,
    browser String,
    os String,
    country String,
    city String CODEC(ZSTD(1)),
    duration_ms Nullable(UInt32),
    updated_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    deleted Bool,
    weight Float64 DEFAULT 1 COMMENT 'For how many page views it stands',
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
DROP TABLE ticketing_page_views;
