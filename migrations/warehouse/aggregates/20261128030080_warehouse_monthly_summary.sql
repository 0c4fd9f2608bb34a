-- migrate:up
-- One row is a month of a tenant: what was sold in each currency, and, in the row of the empty one, what was done and by how many.
-- The view warehouse_monthly_summary_refresh writes all rows again. ORDER BY: a tenant's months are asked for in a range. No
-- partitions: there are few rows.
CREATE TABLE warehouse_monthly_summary
(
    tenant_id String,
    month Date COMMENT 'Its first day',
    currency String COMMENT 'Empty for what has none',
    interactions UInt64,
    views UInt64,
    carts UInt64,
    checkouts UInt64,
    active_users UInt64 COMMENT 'Distinct users who did or bought something',
    buyers UInt64 COMMENT 'Distinct users who bought something',
    orders UInt64,
    tickets UInt64,
    refunded_tickets UInt64,
    gross_minor Int64,
    discount_minor Int64,
    fee_minor Int64,
    refund_minor Int64,
    refunded_fee_minor Int64,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, month, currency);

-- migrate:down
DROP TABLE warehouse_monthly_summary;
