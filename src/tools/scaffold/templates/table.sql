-- migrate:up
-- One row is one id of {{stream}} in one version.
-- {{versions}}
-- Read it with FINAL, which shows the last version of each. ORDER BY: rows of a tenant lie together, and versions of an id
-- replace each other. No partitions, in which they could not meet. Rows live for ever.{{absent}}
CREATE TABLE {{stream}}
(
    tenant_id String,
    {{columns}}
)
ENGINE = ReplacingMergeTree({{version}})
ORDER BY (tenant_id, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE {{stream}};
