-- migrate:up
-- One row is one change of a ticket type, as its source told it at changed_at: the log of changes, which is the truth. A field that a change
-- does not tell is NULL, and is unchanged by it; '' empties a text. Only deleted ends a ticket type; a later change returns it, and
-- nothing is known of it then but what is told from there on. Changes of one instant count in the order of their ids.
-- Read it with FINAL: of a change that comes again with other content, the version of the later changed_at counts.
-- ORDER BY: what is computed from changes is computed for one ticket type at a time. No partitions, in which versions of a change could not
-- meet. received_at finds what came since a load. Rows live for ever.
CREATE TABLE ticketing_ticket_types
(
    tenant_id String,
    id String,
    ticket_type_id String,
    changed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    deleted Bool,
    show_id Nullable(String),
    name Nullable(String),
    price_minor Nullable(Int64),
    currency Nullable(String),
    quantity Nullable(UInt32),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64,
    INDEX recent received_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, ticket_type_id, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE ticketing_ticket_types;
