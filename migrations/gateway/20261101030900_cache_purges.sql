-- migrate:up
-- One row is a command to forget cached answers. ORDER BY: each gateway reads the latest, within about a second while
-- it has some. Those that name nothing forget all. Kept for a day.
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
CREATE TABLE cache_purges
(
    id UUID,
    at DateTime64(3, 'UTC') DEFAULT now64(3),
    query String COMMENT 'Answers of this query, or of any when empty',
    tenant_id String COMMENT 'Answers to this tenant, or to any when empty',
    table_name String COMMENT 'Answers read from this table, or from any when empty',
    purged_by String COMMENT 'The subject of who asked for it'
)
ENGINE = MergeTree
ORDER BY at
TTL toDateTime(at) + INTERVAL 1 DAY
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE cache_purges;
