/*---
summary: Companies or cohorts side by side
description: |
  The scores of up to ten companies, or of up to ten cohorts, on one dimension: a row for each, or for each of its
  programmes, locations or demographic groups that have scores, in the order asked. One without scores has a row with a
  scoreCount of 0; one that there is not is named in `meta.warnings`, and when there is none of those named, the answer is a 404.
  Percentiles are exact, however many scores there are, and interpolate between the two nearest.
  Other companies than one's own need the scope `tenants:compare` and a place in the claim `tenants`, or `admin`.
tenant: compare
params:
  tenantIds: { description: "Companies; one's own if absent. With cohortIds, the companies whose cohorts they are" }
  cohortIds: { description: "Cohorts to compare in place of whole companies", default: [], maxItems: 10 }
  dimension: { description: "Outcome dimension: confidence, belonging, lang_level_proxy, job_readiness, well_being, or any other that has scores", example: confidence, minLength: 1, maxLength: 256 }
  groupBy: { description: "What to split each company or cohort by", default: none }
  startDate: { description: "First day; 89 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day, included, at most 3660 days after the first, in the years 1971 to 2100; today if absent", example: "2026-03-31", replacesNow: true }
  timezone: { description: IANA time zone of the days, default: UTC, format: timezone, example: Europe/Berlin }
  programId: { description: Only scores of this programme, maxLength: 256 }
  location: { description: Only scores of this location, maxLength: 256 }
  demographic: { description: Only scores of this demographic group, maxLength: 256 }
cache: { ttl: 6h, fresh: 10s, stale: 1m }
returns: object
columns:
  dimension: The dimension asked for
  groupBy: What each company or cohort is split by
  cohorts: "Each company or cohort (id, name), its group ('' of scores that name none; null without groupBy), the mean, median and quartiles of its scores, the least, the greatest and their number"
  warnings: Companies and cohorts that there are not
---*/
WITH
    (SELECT csr_known_dimension({dimension:String}, (SELECT groupUniqArray(dimension) FROM csr_score_changes WHERE tenant_id IN {tenantIds:Array(String)}))) AS askedDimension,
    (SELECT csr_last_day({endDate:Nullable(Date)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS lastDay,
    (SELECT csr_first_day({startDate:Nullable(Date)}, lastDay)) AS firstDay,
    arrayDistinct(if(empty({cohortIds:Array(UUID)}), {tenantIds:Array(String)}, arrayMap(id -> toString(id), {cohortIds:Array(UUID)}))) AS asked,
    known AS
    (
        SELECT
            toString(tenant_id) AS id,
            any(name) AS name
        FROM
        (
            SELECT
                tenant_id,
                name
            FROM csr_companies FINAL
            WHERE tenant_id IN {tenantIds:Array(String)}
            UNION ALL
            SELECT
                tenant_id,
                '' AS name
            FROM csr_score_changes
            WHERE tenant_id IN {tenantIds:Array(String)}
        )
        WHERE empty({cohortIds:Array(UUID)})
        GROUP BY id
        UNION ALL
        SELECT
            toString(cohort_id) AS id,
            name
        FROM csr_cohorts FINAL
        WHERE tenant_id IN {tenantIds:Array(String)}
            AND cohort_id IN {cohortIds:Array(UUID)}
    ),
    members AS
    (
        SELECT
            tenant_id,
            sipHash64(user_id) AS member_hash,
            groupArray(toString(cohort_id)) AS cohort_ids
        FROM csr_cohort_members FINAL
        WHERE tenant_id IN {tenantIds:Array(String)}
            AND toString(cohort_id) IN (SELECT id FROM known)
        GROUP BY
            tenant_id,
            member_hash
    ),
    scores AS
    (
        SELECT
            toString(tenant_id) AS id,
            multiIf(
                {groupBy:Enum('none', 'program', 'location', 'demographic')} = 'program', program_id,
                {groupBy:Enum('none', 'program', 'location', 'demographic')} = 'location', location,
                {groupBy:Enum('none', 'program', 'location', 'demographic')} = 'demographic', demographic,
                '') AS subgroup,
            score
        FROM csr_scores FINAL
        WHERE empty({cohortIds:Array(UUID)})
            AND tenant_id IN {tenantIds:Array(String)}
            AND dimension = askedDimension
            AND day >= firstDay - 1
            AND day <= lastDay + 1
            AND toDate(created_at, {timezone:String}) >= firstDay
            AND toDate(created_at, {timezone:String}) <= lastDay
            AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
            AND ({location:Nullable(String)} IS NULL OR location = {location:Nullable(String)})
            AND ({demographic:Nullable(String)} IS NULL OR demographic = {demographic:Nullable(String)})
        UNION ALL
        SELECT
            arrayJoin(cohort_ids) AS id,
            multiIf(
                {groupBy:Enum('none', 'program', 'location', 'demographic')} = 'program', program_id,
                {groupBy:Enum('none', 'program', 'location', 'demographic')} = 'location', location,
                {groupBy:Enum('none', 'program', 'location', 'demographic')} = 'demographic', demographic,
                '') AS subgroup,
            score
        FROM csr_scores FINAL
        INNER JOIN members ON members.tenant_id = csr_scores.tenant_id AND members.member_hash = csr_scores.user_hash
        WHERE notEmpty({cohortIds:Array(UUID)})
            AND csr_scores.tenant_id IN {tenantIds:Array(String)}
            AND dimension = askedDimension
            AND day >= firstDay - 1
            AND day <= lastDay + 1
            AND toDate(created_at, {timezone:String}) >= firstDay
            AND toDate(created_at, {timezone:String}) <= lastDay
            AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
            AND ({location:Nullable(String)} IS NULL OR location = {location:Nullable(String)})
            AND ({demographic:Nullable(String)} IS NULL OR demographic = {demographic:Nullable(String)})
    ),
    measured AS
    (
        SELECT
            id,
            subgroup,
            avg(score) AS mean,
            quantilesExactInclusive(0.25, 0.5, 0.75)(score) AS quartiles,
            min(score) AS least,
            max(score) AS greatest,
            count() AS scores
        FROM scores
        GROUP BY
            id,
            subgroup
    ),
    compared AS
    (
        SELECT
            known.id AS id,
            known.name AS name,
            if({groupBy:Enum('none', 'program', 'location', 'demographic')} = 'none' OR scores = 0, NULL, toString(subgroup)) AS subgroup,
            measured.scores AS scores,
            if(scores = 0, NULL, csr_score(mean)) AS mean,
            if(scores = 0, [NULL, NULL, NULL], arrayMap(value -> csr_score(value), quartiles)) AS quartiles,
            if(scores = 0, NULL, least) AS least,
            if(scores = 0, NULL, greatest) AS greatest
        FROM known
        LEFT JOIN measured ON measured.id = known.id
        ORDER BY
            indexOf(asked, known.id),
            subgroup
    )
SELECT
    {dimension:String} AS dimension,
    toString({groupBy:Enum('none', 'program', 'location', 'demographic')}) AS groupBy,
    CAST(
        groupArray((id, name, subgroup, mean, quartiles[2], quartiles[1], quartiles[3], least, greatest, scores)),
        'Array(Tuple(id String, name String, group Nullable(String), avgScore Nullable(Float64), medianScore Nullable(Float64), p25 Nullable(Float64), p75 Nullable(Float64), min Nullable(Float64), max Nullable(Float64), scoreCount UInt64))') AS cohorts,
    arrayMap(
        missing -> concat(if(empty({cohortIds:Array(UUID)}), 'There is no company ', 'There is no cohort '), quoted(missing)),
        arrayFilter(one -> NOT has(groupArray(id), one), asked)) AS warnings
FROM compared
HAVING NOT throwIf(
    count() = 0 AND (notEmpty({cohortIds:Array(UUID)}) OR {tenantIds:Array(String)} != [{tenantId:String}]),
    if(empty({cohortIds:Array(UUID)}), 'not-found: There is none of these companies', 'not-found: There is none of these cohorts'))
