-- migrate:up
-- Loads the events that were stored since the last run that ended well, and in the ten minutes before: an insert may take its time.
-- A run that is repeated, or one that was cut off, changes nothing: rows replace each other by place and updated_at. As
-- many months as a load may bring are allowed: each makes a part.
CREATE MATERIALIZED VIEW warehouse_interactions_refresh
REFRESH EVERY 5 MINUTE APPEND TO warehouse_interactions AS
SELECT
    tenant_id,
    id,
    event_type,
    occurred_at,
    session_id,
    show_id,
    organizer_id,
    user_id,
    ticket_type_id,
    order_id,
    quantity,
    device,
    browser,
    os,
    country,
    city,
    channel,
    updated_at,
    deleted
FROM ticketing_events
WHERE arrived_at >=
(
    SELECT argMax(watermark, noted_at) - INTERVAL 10 MINUTE
    FROM etl_watermarks
    WHERE view = 'warehouse_interactions_refresh'
)
SETTINGS max_partitions_per_insert_block = 10000;

-- migrate:down
DROP VIEW warehouse_interactions_refresh;
