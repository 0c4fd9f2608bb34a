-- migrate:up
-- The last day of a query's range, included: as asked, or today in the zone.
CREATE FUNCTION csr_last_day AS (endDate, timezone, now) -> assumeNotNull(coalesce(endDate, toDate(now, timezone)));

-- migrate:down
DROP FUNCTION csr_last_day;
