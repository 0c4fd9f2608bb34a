// What a dashboard shows: by widget the query's path and its parameters, for a period in days.

/** A page of a dashboard, as its widgets ask for it. */
export function widgetsOf(days) {
  const timeRange = `timeRange=${days}d`;
  const dates = `startDate=${dayBefore(days)}&endDate=${dayBefore(0)}`;
  const granularity = days > 7 ? "week" : "day";
  const stages = "stages=enrolled&stages=matched&stages=completed";
  return {
    overview: `outreach/overview?${timeRange}`,
    messages: `outreach/messages?${timeRange}&granularity=day`,
    campaigns: `outreach/campaigns?${timeRange}&limit=5`,
    traffic: `outreach/traffic?${timeRange}`,
    trends: `analytics/trends?dimension=confidence&granularity=${granularity}&${dates}`,
    cohorts: `analytics/cohorts?dimension=confidence&groupBy=program&${dates}`,
    funnels: `analytics/funnels?${stages}&window=30&${dates}`,
    benchmarks: "analytics/benchmarks?dimension=confidence&groupBy=industry",
  };
}

/** Names of the widgets. */
export const widgets = Object.keys(widgetsOf(7));

function dayBefore(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
