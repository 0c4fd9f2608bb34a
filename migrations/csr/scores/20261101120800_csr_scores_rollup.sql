-- migrate:up
-- One row is what the scores of a tenant on a dimension come to in one day, week (from Monday) or month of UTC, of one
-- programme, location and demographic: the daily, weekly and monthly rollups.
-- Sums cannot follow corrections, deletions and late rows by adding up, since min and max cannot be taken back; so a bucket
-- in which anything changed (csr_score_changes) is computed again from csr_scores, and the rows of the latest computed_at
-- replace the earlier ones: read it with FINAL, and only buckets that are up to date. A group that has vanished stays as a
-- row of no scores, and each bucket has at least the row of the empty names, which says that it was computed.
-- ORDER BY: a query asks for a dimension's buckets in a range. PARTITION BY year: years that are
-- past stay in one part. Rows live as long as the scores.
-- Of no scores, score_min is 1 and score_max 0, which change no min and max.
CREATE TABLE csr_scores_rollup
(
    tenant_id String,
    granularity LowCardinality(String),
    dimension String,
    bucket Date,
    program_id String,
    location String,
    demographic String,
    scores UInt64,
    score_sum Float64,
    score_squares Float64,
    score_min Float64,
    score_max Float64,
    computed_at DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(bucket)
ORDER BY (tenant_id, granularity, dimension, bucket, program_id, location, demographic)
SETTINGS
    non_replicated_deduplication_window = 1000,
    min_age_to_force_merge_seconds = 300,
    min_age_to_force_merge_on_partition_only = 1;

-- migrate:down
DROP TABLE csr_scores_rollup;
