/*---
summary: Performance of programmes
description: |
  Each programme with its users and their scores: computed in the database every 15 minutes. By programme.
params:
  programId: { description: Only this programme, maxLength: 256 }
page: { size: 100, max: 1000 }
columns:
  programId: The programme
  enrolledUsers: Users who enrolled (stage enrolled)
  completedUsers: Those of them who completed (stage completed)
  completionRate: "completedUsers / enrolledUsers, in percent; null when nobody enrolled"
  scoreCount: Number of its scores
  avgScore: Mean of its scores; null when there are none
  dimensions: "Each dimension with its users, the number and the mean of its scores, by name"
  computedAt: When this was computed
cache: { ttl: 1h, fresh: 10s, stale: 1m }
---*/
SELECT
    program_id AS programId,
    sumIf(users, dimension = '') AS enrolledUsers,
    sumIf(completed, dimension = '') AS completedUsers,
    percent_of(completedUsers, enrolledUsers) AS completionRate,
    sum(scores) AS scoreCount,
    if(scoreCount = 0, NULL, csr_score(sum(mean * scores) / scoreCount)) AS avgScore,
    CAST(
        arraySort(groupArrayIf((dimension, users, scores, csr_score(mean)), dimension != '')),
        'Array(Tuple(dimension String, users UInt64, scoreCount UInt64, avgScore Float64))') AS dimensions,
    max(computed_at) AS computedAt
FROM csr_program_performance
WHERE tenant_id = {tenantId:String}
    AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
GROUP BY program_id
ORDER BY program_id
