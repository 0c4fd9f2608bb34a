-- migrate:up
-- One row is a place (occurred_at) at which a correction has put a row of a stream, with the latest version there. A correction
-- is a line whose updatedAt is not its occurredAt. What is not a correction is not noted here: so the table is small, and to look
-- for the ids of an insert in it costs little, where a table of all places would double what is stored.
-- ORDER BY: it is asked for ids. No partitions: an id is looked up among all. Rows live as long as what they correct.
-- seen_at decides between places of the same version: the last one sent holds. Its skip index finds what is new.
CREATE TABLE ticketing_corrections
(
    tenant_id String,
    stream LowCardinality(String),
    id String,
    occurred_at DateTime64(3, 'UTC'),
    latest SimpleAggregateFunction(max, Tuple(updated_at DateTime64(6, 'UTC'), seen_at DateTime64(3, 'UTC'))),
    seen_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    INDEX recent seen_at TYPE minmax GRANULARITY 1
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, stream, id, occurred_at)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE ticketing_corrections;
