-- migrate:up
-- Notes when each row of ticketing_sales was stored, by which warehouse_sales_refresh finds what came since its last run. Rows of before
-- count as just stored: the first run loads them all.
ALTER TABLE ticketing_sales
    ADD COLUMN arrived_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta, ZSTD(1)),
    ADD INDEX arrivals arrived_at TYPE minmax GRANULARITY 1;

-- migrate:down
ALTER TABLE ticketing_sales
    DROP INDEX arrivals,
    DROP COLUMN arrived_at;
