-- migrate:up
-- One row is a dimension of one company: how many scores of how many users there are, and their mean; and, under the empty
-- name, all its dimensions together with the users and programmes of scores and steps. The view
-- csr_company_dashboard_refresh writes all rows again every 15 minutes. ORDER BY: a tenant's dashboard is read at once.
-- No partitions: there are few rows.
CREATE TABLE csr_company_dashboard
(
    tenant_id String,
    dimension String,
    users UInt64,
    programs UInt64,
    scores UInt64,
    mean Float64,
    latest_day Date,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, dimension);

-- migrate:down
DROP TABLE csr_company_dashboard;
