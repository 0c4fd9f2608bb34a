-- migrate:up
-- One row is one row of Postgres as a line of its stream. Nothing is stored here (engine Null, so there is no order,
-- partition or lifetime): the views after it hand each block to the landing table of its stream, so that what comes
-- from Postgres is typed, checked and refused by the same SQL as what comes by HTTP, and sync_reads_mv counts it.
-- A line that is empty is the source's sign of life: there is one in each reading.
CREATE TABLE sync_lines
(
    source LowCardinality(String),
    run UUID,
    started_at DateTime64(3, 'UTC'),
    horizon UInt64,
    tenant_id String,
    fault String,
    line String
)
ENGINE = Null;

-- migrate:down
DROP TABLE sync_lines;
