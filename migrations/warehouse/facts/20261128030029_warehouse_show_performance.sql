-- migrate:up
-- One row is a day of a show: what was done on its pages, and, in each currency, what was sold.
-- Interactions have no currency: they are in the row of the empty one.
-- A day of which facts were loaded is computed again whole, and the rows of the latest computed_at replace the earlier ones: read
-- it with FINAL. What a correction has emptied stays as a row of noughts.
-- ORDER BY: a tenant's days are asked for. No partitions: there are few rows beside facts. Rows live as long as facts.
CREATE TABLE warehouse_show_performance
(
    tenant_id String,
    day Date,
    show_id String,
    currency String COMMENT 'Empty for what has none: interactions',
    interactions UInt64,
    views UInt64,
    clicks UInt64,
    carts UInt64,
    checkouts UInt64,
    check_ins UInt64,
    sessions UInt64 COMMENT 'Distinct sessions of the day: they do not add up',
    orders UInt64 COMMENT 'Distinct orders with something sold',
    tickets UInt64,
    refunded_tickets UInt64,
    gross_minor Int64 COMMENT 'Price of what was sold, before discounts',
    discount_minor Int64,
    fee_minor Int64 COMMENT 'Fees of what was sold',
    refund_minor Int64 COMMENT 'Price of what was refunded, minus its discount',
    refunded_fee_minor Int64 COMMENT 'Fees given back with refunds',
    computed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (tenant_id, day, show_id, currency)
SETTINGS
    non_replicated_deduplication_window = 1000,
    min_age_to_force_merge_seconds = 300,
    min_age_to_force_merge_on_partition_only = 1;

-- migrate:down
DROP TABLE warehouse_show_performance;
