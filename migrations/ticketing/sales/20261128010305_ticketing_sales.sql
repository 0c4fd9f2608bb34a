-- migrate:up
-- One row is a line of an order: so many tickets of a type at a price, or so many given back, in one version. The latest
-- updated_at wins, whatever the order of delivery; of the same updated_at the one that came last. Read it with FINAL.
-- Amounts are whole minor units of the currency (cents of EUR, yen of JPY), never fractions. A refund has its own id, names the
-- sale's line in refund_of, and has positive amounts: kind says which way the money goes; its fee is what is given back of the fee.
-- order_hash stands for the order where orders are counted.
-- ORDER BY: a tenant asks for a range of time, and pages go by it; the id makes versions replace each other. A correction
-- that changes occurred_at lands elsewhere in this order: ticketing_sales_moved_mv then writes a deleted row over the old place.
-- PARTITION BY month: a month to which nothing is added for five minutes is merged into one part, which FINAL reads as it is.
-- Rows live for ever. Text that nobody gave is ''.
CREATE TABLE ticketing_sales
(
    tenant_id String,
    id String CODEC(ZSTD(1)),
    kind LowCardinality(String),
    order_id String CODEC(ZSTD(1)),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    show_id String CODEC(ZSTD(1)),
    organizer_id String CODEC(ZSTD(1)),
    ticket_type_id String CODEC(ZSTD(1)),
    quantity UInt32,
    unit_price_minor Int64,
    fee_minor Int64,
    discount_minor Int64,
    currency LowCardinality(String),
    channel String,
    promo_code String CODEC(ZSTD(1)),
    refund_of String CODEC(ZSTD(1)),
    country String,
    city String CODEC(ZSTD(1)),
    device String,
    updated_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    deleted Bool,
    order_hash UInt64 MATERIALIZED sipHash64(order_id) CODEC(NONE),
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
DROP TABLE ticketing_sales;
