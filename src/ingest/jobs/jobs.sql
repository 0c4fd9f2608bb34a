-- The views that load tables on a schedule and may be run by hand.
SELECT view
FROM etl_table_state FINAL
WHERE observed_at >= (SELECT max(observed_at) FROM etl_table_state) - INTERVAL 1 HOUR
ORDER BY view
