-- migrate:up
-- One row is up to where a scheduled view has loaded what arrived: when the last run that ended well began. A run loads what
-- arrived since then and in the ten minutes before, so that one that was cut off is repeated whole. Of a view the row that was noted
-- last counts: argMax(watermark, noted_at). One of 1970, written by hand, has it load everything again.
-- ORDER BY: the latest of a view replaces the others. There are few rows, which never expire. They belong to no tenant: queries with
-- `tenant: all` read them.
CREATE TABLE etl_watermarks
(
    view LowCardinality(String),
    watermark DateTime64(3, 'UTC'),
    noted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(noted_at)
ORDER BY view
COMMENT 'access: operator';

-- migrate:down
DROP TABLE etl_watermarks;
