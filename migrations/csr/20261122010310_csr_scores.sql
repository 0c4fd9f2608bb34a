-- migrate:up
-- One row is one outcome score of a user on a dimension (0 to 1), in one version: the latest updated_at wins, whatever
-- the order of delivery, and a deleted row hides the ones before it. Read it with FINAL.
-- ORDER BY: what is asked is a dimension in a range of days; the id makes versions of a score replace each other.
-- A correction that changes dimension and day lands elsewhere in this order: csr_scores_moving then writes a deleted row over
-- a score's old place. day is the UTC day of created_at.
-- PARTITION BY year: a load of old rows touches few partitions, and FINAL never has to merge across them. Rows live until
-- their source deletes them.
CREATE TABLE csr_scores
(
    tenant_id LowCardinality(String),
    id UUID,
    dimension LowCardinality(String),
    day Date,
    user_id String CODEC(ZSTD(1)),
    program_id LowCardinality(String),
    location LowCardinality(String),
    demographic LowCardinality(String),
    text_type LowCardinality(String),
    score Float64,
    created_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    updated_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    deleted Bool,
    user_hash UInt64 MATERIALIZED sipHash64(user_id) CODEC(NONE)
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYear(day)
ORDER BY (tenant_id, dimension, day, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE csr_scores;
