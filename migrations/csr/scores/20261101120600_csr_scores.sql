-- migrate:up
-- One row is one outcome score of a user on a dimension (0 to 1), in one version: the
-- latest updated_at wins, whatever the order of delivery, and a deleted row hides the ones before it. Read it with FINAL.
-- ORDER BY: what is asked is a dimension in a range of days; the id makes versions of a score replace each other.
-- A correction that changes dimension and day lands elsewhere in this order: csr_scores_moved_mv then writes a deleted row over
-- the score's old place. day is the UTC day of created_at.
-- PARTITION BY month: a month to which nothing is added for five minutes is merged into one part, which FINAL reads as it
-- is; it costs ten times as much over parts that overlap. Rows live until their source deletes them.
CREATE TABLE csr_scores
(
    tenant_id String,
    id UUID,
    dimension String,
    day Date,
    user_id String CODEC(ZSTD(1)),
    program_id String,
    location String,
    demographic String,
    text_type String,
    score Float64,
    created_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    updated_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    deleted Bool,
    user_hash UInt64 MATERIALIZED sipHash64(user_id) CODEC(NONE)
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant_id, dimension, day, id)
SETTINGS
    non_replicated_deduplication_window = 1000,
    min_age_to_force_merge_seconds = 300,
    min_age_to_force_merge_on_partition_only = 1;

-- migrate:down
DROP TABLE csr_scores;
