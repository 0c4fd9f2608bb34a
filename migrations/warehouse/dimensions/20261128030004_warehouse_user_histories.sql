-- migrate:up
-- One row is all versions of a user, in the order of their time: computed from the log of changes, ticketing_users, and nothing else.
-- A version holds from valid_from up to, and without, valid_to; the last is open, to 2200. A user who was deleted has no version until
-- the return, and one who is gone none at all. The whole history is one row, so that one computed again replaces the
-- former at once: read it with FINAL, or as versions in warehouse_users.
-- ORDER BY: a history is asked for by its user. No partitions: they are few rows beside facts. Rows live for ever.
-- generation counts how often the history has changed.
CREATE TABLE warehouse_user_histories
(
    tenant_id String,
    user_id String,
    versions Array(Tuple(
        valid_from DateTime64(3, 'UTC'),
        valid_to DateTime64(3, 'UTC'),
        name String,
        email String,
        country String,
        city String,
        segment String
    )),
    generation UInt64,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(generation)
ORDER BY (tenant_id, user_id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE warehouse_user_histories;
