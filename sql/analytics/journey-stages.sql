/*---
summary: Where users are on their way
description: |
  Each stage of each programme with the users who ever came to it and those for whom it is the latest: computed in the
  database every 15 minutes. By programme, the stage reached by most first.
params:
  programId: { description: Only this programme, maxLength: 256 }
page: { size: 100, max: 1000 }
columns:
  programId: The programme; '' of steps that name none
  stage: The stage
  reachedUsers: Users who ever came to it
  currentUsers: Users for whom it is the latest
  currentShare: "currentUsers / all users of the programme, in percent"
  computedAt: When this was computed
cache: { ttl: 1h, fresh: 10s, stale: 1m }
---*/
SELECT
    program_id AS programId,
    stage,
    reached AS reachedUsers,
    current AS currentUsers,
    percent_of(current, sum(current) OVER (PARTITION BY program_id)) AS currentShare,
    computed_at AS computedAt
FROM csr_journey_stages
WHERE tenant_id = {tenantId:String}
    AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
ORDER BY
    program_id,
    reached DESC,
    stage
