-- migrate:up
-- One row is a minute of the day in UTC, for each tenant that has facts.
CREATE VIEW warehouse_times AS
SELECT
    tenant_id,
    arrayJoin(range(1440))::UInt16 AS minute,
    toUInt8(intDiv(minute, 60)) AS hour,
    toUInt8(minute % 60) AS minute_of_hour,
    multiIf(hour < 6, 'night', hour < 12, 'morning', hour < 18, 'afternoon', 'evening') AS part_of_day
FROM
(
    SELECT DISTINCT tenant_id
    FROM warehouse_changed_days
) AS tenants;

-- migrate:down
DROP VIEW warehouse_times;
