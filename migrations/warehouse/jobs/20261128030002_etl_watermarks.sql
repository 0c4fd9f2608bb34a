-- migrate:up
-- One row is up to where a scheduled view has loaded what arrived: when the last run that ended well began. A run loads what
-- arrived since then and in the ten minutes before, so that one that was cut off is repeated whole. Without its row a view
-- loads everything again: delete it for that. ORDER BY: the latest of a view is asked for. There are few rows, which never
-- expire. They belong to no tenant: queries with `tenant: all` read them.
CREATE TABLE etl_watermarks
(
    view LowCardinality(String),
    watermark SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY view
COMMENT 'access: operator';

-- migrate:down
DROP TABLE etl_watermarks;
