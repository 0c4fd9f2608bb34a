-- migrate:up
-- One row is one change of a show, as its source told it at changed_at: the log of changes, which is the truth. A field that a change
-- does not tell is NULL, and is unchanged by it; '' empties a text. Only deleted ends a show; a later change returns it, and
-- nothing is known of it then but what is told from there on. Changes of one instant count in the order of their ids.
-- Read it with FINAL: of a change that comes again with other content, the version of the later changed_at counts.
-- ORDER BY: what is computed from changes is computed for one show at a time. No partitions, in which versions of a change could not
-- meet. received_at finds what came since a load. Rows live for ever.
CREATE TABLE ticketing_shows
(
    tenant_id String,
    id String,
    show_id String,
    changed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    deleted Bool,
    organizer_id Nullable(String),
    name Nullable(String),
    category Nullable(String),
    venue Nullable(String),
    city Nullable(String),
    country Nullable(String),
    starts_at Nullable(DateTime64(3, 'UTC')),
    ends_at Nullable(DateTime64(3, 'UTC')),
    capacity Nullable(UInt32),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64,
    INDEX recent received_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, show_id, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE ticketing_shows;
