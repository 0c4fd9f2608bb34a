/*---
summary: Workflow runs and how they ended
description: |
  Runs that started, completed, failed and reached their goal: in all, per workflow, and per bucket of time.
  Runs are started runs; each number counts the runs that have that event in the range, once. The averages in the summary
  are the ratios over all runs, not means over workflows. topWorkflows lists workflows of which a run started.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 30d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  granularity: { description: "Length of a bucket of the timeSeries. Weeks start on Monday", default: day }
  workflowId: { description: "Only this workflow", maxLength: 256 }
  limit: { description: "How many workflows to list", default: 10, minimum: 1, maximum: 100 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  summary.totalRuns: Runs that started
  summary.completedRuns: Runs that completed
  summary.failedRuns: Runs that failed
  summary.goalReachedRuns: Runs that reached the goal
  summary.avgCompletionRate: "completedRuns / totalRuns, in percent; null when no run started"
  summary.avgConversionRate: "goalReachedRuns / completedRuns, in percent; null when no run completed"
  topWorkflows: "By runs, most first, then by workflowId; the name is null as long as no event told it"
  timeSeries: "Every bucket of the range, oldest first, by the start of the bucket; the first and last may be partial"
  timeSeries.timestamp: { format: date-time }
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    toString({granularity:Enum('hour', 'day', 'week', 'month')}) AS granularity,
    events AS
    (
        SELECT
            workflow_id,
            entity_hash,
            bucket_start(occurred_at, granularity, {timezone:String}) AS bucket,
            event_type = 'workflow_run_started' AS isStarted,
            event_type = 'workflow_run_completed' AS isCompleted,
            event_type = 'workflow_run_failed' AS isFailed,
            event_type = 'workflow_goal_reached' AS isGoalReached
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('workflow_run_started', 'workflow_run_completed', 'workflow_run_failed', 'workflow_goal_reached')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND ({workflowId:Nullable(String)} IS NULL OR workflow_id = {workflowId:Nullable(String)})
    ),
    totals AS
    (
        SELECT
            uniqExactIf(entity_hash, isStarted) AS totalRuns,
            uniqExactIf(entity_hash, isCompleted) AS completedRuns,
            uniqExactIf(entity_hash, isFailed) AS failedRuns,
            uniqExactIf(entity_hash, isGoalReached) AS goalReachedRuns
        FROM events
    ),
    workflows AS
    (
        SELECT
            workflow_id,
            uniqExactIf(entity_hash, isStarted) AS runs,
            uniqExactIf(entity_hash, isCompleted) AS completed,
            uniqExactIf(entity_hash, isGoalReached) AS goalReached
        FROM events
        WHERE workflow_id != ''
        GROUP BY workflow_id
        HAVING runs > 0
        ORDER BY
            runs DESC,
            workflow_id
        LIMIT {limit:UInt16}
    ),
    names AS
    (
        SELECT
            id,
            max(latest).name AS name
        FROM outreach_names
        WHERE tenant_id = {tenantId:String}
            AND kind = 'workflow'
        GROUP BY id
    ),
    top AS
    (
        SELECT arraySort(
            row -> (-toInt64(row.3), row.1),
            groupArray((workflow_id, nullIf(name, ''), runs, percent_of(completed, runs), percent_of(goalReached, completed)))) AS rows
        FROM workflows
        LEFT JOIN names ON names.id = workflows.workflow_id
    ),
    counts AS
    (
        SELECT
            bucket,
            uniqExactIf(entity_hash, isStarted) AS runs,
            uniqExactIf(entity_hash, isCompleted) AS completed,
            uniqExactIf(entity_hash, isFailed) AS failed,
            uniqExactIf(entity_hash, isGoalReached) AS goalReached
        FROM events
        GROUP BY bucket
    ),
    buckets AS
    (
        SELECT arrayJoin(bucket_starts(rangeStart, rangeEnd, granularity, {timezone:String})) AS bucket
    ),
    -- every bucket of the range, those in which nothing happened too
    series AS
    (
        SELECT
            bucket,
            runs,
            completed,
            failed,
            goalReached
        FROM buckets
        LEFT JOIN counts USING (bucket)
        ORDER BY bucket
    ),
    timeline AS
    (
        SELECT groupArray((iso_instant(bucket, {timezone:String}), runs, completed, failed, goalReached)) AS rows
        FROM series
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (
            totalRuns,
            completedRuns,
            failedRuns,
            goalReachedRuns,
            percent_of(completedRuns, totalRuns),
            percent_of(goalReachedRuns, completedRuns)
        ),
        'Tuple(totalRuns UInt64, completedRuns UInt64, failedRuns UInt64, goalReachedRuns UInt64, avgCompletionRate Nullable(Float64), avgConversionRate Nullable(Float64))') AS summary,
    CAST(
        top.rows,
        'Array(Tuple(workflowId String, name Nullable(String), runs UInt64, completionRate Nullable(Float64), conversionRate Nullable(Float64)))') AS topWorkflows,
    CAST(
        timeline.rows,
        'Array(Tuple(timestamp String, runs UInt64, completed UInt64, failed UInt64, goalReached UInt64))') AS timeSeries
FROM totals
CROSS JOIN top
CROSS JOIN timeline
