-- migrate:up
-- One row is how the last replay of a dead letter ended. tenant_id is whose the line was replayed as: of a letter that
-- came without a tenant, the one that an admin said.
-- ORDER BY: the results of a page's letters are looked for; a later replay takes the place of an earlier one. Months and
-- days as of rejected_events, so that no result goes before its letter does.
CREATE TABLE dead_letter_replays
(
    tenant_id String,
    letter_id UUID,
    replayed_at DateTime64(3, 'UTC'),
    outcome LowCardinality(String) COMMENT 'landed or refused',
    reason String COMMENT 'Why it was refused again'
)
ENGINE = ReplacingMergeTree(replayed_at)
PARTITION BY toYYYYMM(replayed_at)
ORDER BY (tenant_id, letter_id)
TTL toDateTime(replayed_at) + INTERVAL 90 DAY
SETTINGS ttl_only_drop_parts = 1;

-- migrate:down
DROP TABLE dead_letter_replays;
