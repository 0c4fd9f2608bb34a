/*---
summary: The month in which the fiscal year begins
returns: object
columns:
  firstMonth: From 1 to 12; 1 for an account that has set none
---*/
SELECT if(count() = 0, 1, any(first_month)) AS firstMonth
FROM warehouse_calendars FINAL
WHERE tenant_id = {tenantId:String}
