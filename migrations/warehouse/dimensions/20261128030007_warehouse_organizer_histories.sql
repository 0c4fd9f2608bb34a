-- migrate:up
-- One row is all versions of an organizer, in the order of their time: computed from the log of changes, ticketing_organizers, and nothing else.
-- A version holds from valid_from up to, and without, valid_to; the last is open, to 2200. An organizer who was deleted has no version until
-- the return, and one who is gone none at all. The whole history is one row, so that one computed again replaces the
-- former at once: read it with FINAL, or as versions in warehouse_organizers.
-- ORDER BY: a history is asked for by its organizer. No partitions: they are few rows beside facts. Rows live for ever.
-- generation counts how often the history has changed.
CREATE TABLE warehouse_organizer_histories
(
    tenant_id String,
    organizer_id String,
    versions Array(Tuple(
        valid_from DateTime64(3, 'UTC'),
        valid_to DateTime64(3, 'UTC'),
        name String,
        country String,
        tier String
    )),
    generation UInt64,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(generation)
ORDER BY (tenant_id, organizer_id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE warehouse_organizer_histories;
