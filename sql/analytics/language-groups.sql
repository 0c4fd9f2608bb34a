/*---
summary: Performance of language groups
description: |
  Users by the band of their latest lang_level_proxy score (beginner below 0.4, intermediate below 0.7, advanced), with the
  scores of each group: computed in the database every 15 minutes. Users without such a score are in no group.
columns:
  languageGroup: beginner, intermediate or advanced, in this order
  users: Users of the group
  scoreCount: Number of their scores, on all dimensions
  dimensions: "Each dimension with its users, the number and the mean of its scores, by name"
  computedAt: When this was computed
cache: { ttl: 1h, fresh: 10s, stale: 1m }
---*/
SELECT
    language_group AS languageGroup,
    max(csr_language_groups.users) AS users,
    sum(scores) AS scoreCount,
    CAST(
        arraySort(groupArray((dimension, csr_language_groups.users, scores, csr_score(mean)))),
        'Array(Tuple(dimension String, users UInt64, scoreCount UInt64, avgScore Float64))') AS dimensions,
    max(computed_at) AS computedAt
FROM csr_language_groups
WHERE tenant_id = {tenantId:String}
GROUP BY language_group
ORDER BY indexOf(['beginner', 'intermediate', 'advanced'], language_group)
