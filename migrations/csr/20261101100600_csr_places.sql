-- migrate:up
-- One row is a place in csr_scores, csr_journey or csr_metrics (kind) where versions of a row, by its id, have lain: its
-- name (dimension, stage, metric) and day, with the latest version there. The place of the latest version is where the
-- row is; what lies at the others is out of date. ORDER BY: it is asked for ids. No partitions: an id is looked up
-- among all. Rows live as long as what they point at.
-- seen_at decides between places of the same version: the last one sent holds. Its skip index finds what is new.
CREATE TABLE csr_places
(
    tenant_id String,
    kind LowCardinality(String),
    id UUID,
    name String,
    day Date,
    latest SimpleAggregateFunction(max, Tuple(updated_at DateTime64(6, 'UTC'), seen_at DateTime64(3, 'UTC'))),
    seen_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    INDEX recent seen_at TYPE minmax GRANULARITY 1
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, kind, id, name, day)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE csr_places;
