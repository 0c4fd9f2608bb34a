-- migrate:up
-- One row is what an organizer sold in a currency: of a show in an hour (facet show), through a channel in an hour (channel), or to
-- a place in a day (place); hours and days of UTC. The columns of other facets are ''. orders are the distinct ones of the row, so
-- an order counts once in each hour (or day) in which it has lines; tickets, gross_minor (quantity times price) and discount_minor
-- are of sales; refunded_tickets and refund_minor (quantity times price, without the discount) of refunds; fee_minor is the fees of
-- sales without those given back.
-- Sums cannot follow corrections, duplicates and late rows by adding up; so a bucket in which anything changed
-- (ticketing_changes) is computed again from ticketing_sales, and the rows of the latest computed_at replace the earlier ones:
-- read it with FINAL, and only buckets that are up to date. A group that has vanished stays as a row of nothing, and each bucket
-- has at least the row of the empty names, which says that it was computed.
-- Amounts of several currencies lie in several rows: nothing here or after it adds them up.
-- ORDER BY: a query asks for a facet's buckets in a range. PARTITION BY year: years that are past stay in one part. Rows live as
-- long as what they sum up.
CREATE TABLE ticketing_sales_rollup
(
    tenant_id String,
    facet LowCardinality(String),
    bucket DateTime('UTC'),
    organizer_id String,
    show_id String,
    channel String,
    country String,
    city String,
    currency LowCardinality(String),
    orders UInt64,
    tickets UInt64,
    refunded_tickets UInt64,
    gross_minor Int64,
    discount_minor Int64,
    refund_minor Int64,
    fee_minor Int64,
    computed_at DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(bucket)
ORDER BY (tenant_id, facet, bucket, organizer_id, show_id, channel, country, city, currency)
SETTINGS
    non_replicated_deduplication_window = 1000,
    min_age_to_force_merge_seconds = 300,
    min_age_to_force_merge_on_partition_only = 1;

-- migrate:down
DROP TABLE ticketing_sales_rollup;
