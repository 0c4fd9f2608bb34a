-- Up to when the scheduled view that fills a table has loaded what arrived; 1970 before its first load.
SELECT argMax(watermark, noted_at) AS loadedUntil
FROM etl_watermarks
WHERE view = concat({table:String}, '_refresh')
