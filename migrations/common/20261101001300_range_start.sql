-- migrate:up
-- Where the range of a query starts (included), in the caller's zone: at startDate, or one timeRange before the end.
-- Both dates win over timeRange. The lambda names the end, so that it is worked out once.
-- Queries take it as a scalar subquery, (SELECT range_start(…)): that runs once, before the query is planned, so the
-- range is a constant by which the primary key can prune (throwIf alone is never folded), and a bad one reads nothing.
CREATE FUNCTION range_start AS (timeRange, startDate, endDate, timezone, now) ->
    arrayMap(
        end -> checked_range_start(ifNull(instant_of(startDate, 0, timezone), end - range_length(timeRange)), end),
        [range_end(endDate, timezone, now)])[1];

-- migrate:down
DROP FUNCTION range_start;
