-- migrate:up
-- One row is a part of a backfill that was stored whole, so that one that was cut off goes on after it. A backfill that
-- has all its chunks is over: the same command begins a new one. ORDER BY: what is asked is the latest of a name.
-- There are few rows; kept for 90 days.
CREATE TABLE backfill_chunks
(
    name String COMMENT 'What is filled in from where',
    backfill UUID,
    chunk UInt32 COMMENT 'From 1; 0 is written when it begins',
    is_last Bool,
    lines UInt64 COMMENT 'Stored by then in all',
    horizon UInt64 COMMENT 'Of a source in Postgres when it began',
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (name, stored_at)
TTL toDateTime(stored_at) + INTERVAL 90 DAY;

-- migrate:down
DROP TABLE backfill_chunks;
