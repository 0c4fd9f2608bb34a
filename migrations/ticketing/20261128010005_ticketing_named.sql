-- migrate:up
-- One row is an organizer or a show (kind) that some row of a tenant has named. A query that names another one is answered 404.
-- ORDER BY: one id is looked up. No partitions and no end: there are few rows.
CREATE TABLE ticketing_named
(
    tenant_id String,
    kind LowCardinality(String),
    id String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, kind, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE ticketing_named;
