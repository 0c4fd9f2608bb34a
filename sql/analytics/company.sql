/*---
summary: Dashboard of a company
description: |
  All scores and users of the company, and each dimension: computed in the database every 15 minutes (`computedAt`; null
  before the first time, when all is 0).
returns: object
columns:
  users: Users with a score or a step of a programme
  programs: Programmes with a score or a step
  scores: Number of scores
  avgScore: Mean of all scores; null when there are none
  dimensions: "Each dimension with its users, the number and the mean of its scores and the day of the latest, by name"
  computedAt: When this was computed
cache: { ttl: 1h, fresh: 10s, stale: 1m }
---*/
SELECT
    sumIf(csr_company_dashboard.users, dimension = '') AS users,
    sumIf(csr_company_dashboard.programs, dimension = '') AS programs,
    sumIf(csr_company_dashboard.scores, dimension = '') AS scores,
    if(scores = 0, NULL, csr_score(anyIf(mean, dimension = ''))) AS avgScore,
    CAST(
        arraySort(groupArrayIf(
            (dimension, csr_company_dashboard.users, csr_company_dashboard.scores, csr_score(mean), latest_day),
            dimension != '')),
        'Array(Tuple(dimension String, users UInt64, scoreCount UInt64, avgScore Float64, latestDay Date))') AS dimensions,
    if(count() = 0, NULL, max(computed_at)) AS computedAt
FROM csr_company_dashboard
WHERE tenant_id = {tenantId:String}
