/*---
summary: Set the month in which the fiscal year begins
description: |
  `warehouse/monthly` tells fiscal years and months by it at once, the date dimension after its next load, within 15 minutes.
method: PUT
path: warehouse/calendar
into: warehouse_calendars
returns: none
scope: warehouse:write
params:
  firstMonth: { description: "From 1, January, to 12", example: 4, minimum: 1, maximum: 12 }
---*/
SELECT
    {firstMonth:UInt8} AS first_month,
    greatest(max(calendars.version) + 1, toUInt64(toUnixTimestamp64Milli({now:DateTime64(3, 'UTC')}))) AS version
FROM warehouse_calendars AS calendars
WHERE tenant_id = {tenantId:String}
