-- migrate:up
-- One row says which gateway runs a check that is due. All that want to run it insert a row under the same deduplication token,
-- and the engine keeps the first: so one gateway alone finds itself here. One that died in the run leaves no row in quality_runs;
-- after a while the next attempt may be claimed, under a token of its own.
-- ORDER BY: claims are looked for by check. Kept for 40 days, ten more than the longest schedule.
CREATE TABLE quality_claims
(
    check_name LowCardinality(String),
    slot DateTime64(3, 'UTC') COMMENT 'Since when the check is due',
    attempt UInt32,
    instance UUID,
    claimed_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (check_name, slot, attempt)
TTL toDateTime(claimed_at) + INTERVAL 40 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE quality_claims;
