-- migrate:up
-- One row is a line of an order, sold or refunded: a fact at its finest grain. It holds the keys of its dimensions as the source names them,
-- and its time, and no number of a version: a change dated into the past, which makes other versions of a user, leaves no fact
-- pointing at one that is gone. Queries join the version that held at occurred_at.
-- The rows of ticketing_sales, with its versions and its deleted rows over places that rows have left: read it with FINAL.
-- ORDER BY and PARTITION BY: as there, so that versions of a row meet. Rows live as long as there.
CREATE TABLE warehouse_sales
(
    tenant_id String,
    id String CODEC(ZSTD(1)),
    kind LowCardinality(String),
    order_id String CODEC(ZSTD(1)),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    day Date MATERIALIZED toDate(occurred_at, 'UTC') COMMENT 'Key of warehouse_dates',
    minute UInt16 MATERIALIZED toHour(occurred_at, 'UTC') * 60 + toMinute(occurred_at, 'UTC') COMMENT 'Key of warehouse_times',
    user_id String CODEC(ZSTD(1)),
    show_id String CODEC(ZSTD(1)),
    organizer_id String CODEC(ZSTD(1)),
    ticket_type_id String CODEC(ZSTD(1)),
    quantity UInt32,
    unit_price_minor Int64,
    gross_minor Int64 COMMENT 'quantity times unit_price_minor',
    fee_minor Int64,
    discount_minor Int64,
    currency String,
    channel String,
    promo_code String CODEC(ZSTD(1)),
    refund_of String CODEC(ZSTD(1)),
    country String,
    city String CODEC(ZSTD(1)),
    device String,
    updated_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    deleted Bool
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
DROP TABLE warehouse_sales;
