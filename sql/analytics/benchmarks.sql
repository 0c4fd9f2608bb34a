/*---
summary: A company's scores against its industry, region or size
description: |
  The company's own mean on a dimension beside that of its group. The benchmark is weighted by company, not by score: the
  mean of the companies' means, each over all its scores; its median is the median of these means. Groups are computed
  every five minutes (`computedAt`); the own numbers are those of this moment. The filters choose among the own scores only: a group
  always has all its scores of all times.

  A group in which fewer than 5 companies beside one's own have scores is withheld: with one's own, the mean of five would
  tell that of the four others. So is a group that differs by 1 to 4 companies from a group of another kind, the company's own
  or not (industry is shown before region, region before size), and a size that with the company's industry and region would
  tell the sum of fewer than 5: answers cannot be subtracted.
params:
  dimension: { description: "Outcome dimension: confidence, belonging, lang_level_proxy, job_readiness, well_being, or any other that has scores", example: confidence, minLength: 1, maxLength: 256 }
  groupBy: { description: "What the group has in common with the company", default: industry }
  includeOwn: { description: Whether the company itself counts in the benchmark, default: true }
  programId: { description: Only own scores of this programme, maxLength: 256 }
  location: { description: Only own scores of this location, maxLength: 256 }
  demographic: { description: Only own scores of this demographic group, maxLength: 256 }
cache: { ttl: 6h, fresh: 10s, stale: 1m }
returns: object
columns:
  dimension: The dimension asked for
  groupBy: What the group has in common with the company
  group: "Name of the group: the industry, the region, or the size by employees: micro (under 10), small (under 50), medium (under 250), large (under 1000), enterprise; null when the company's is not known"
  withheld: "Whether the group must not be shown; benchmark, benchmarkMedian, companies and what follows from them are null then"
  own: Mean of the company's scores; null when it has none
  ownMedian: Median of the company's scores
  ownScoreCount: Number of the company's scores
  benchmark: Mean of the means of the companies of the group
  benchmarkMedian: Median of the means of the companies of the group
  companies: Companies that count in the benchmark
  difference: own − benchmark
  percentDifference: "difference / benchmark, in percent; null when the benchmark is 0"
  computedAt: When the group was computed
---*/
WITH
    (SELECT csr_known_dimension({dimension:String}, (SELECT groupUniqArray(dimension) FROM csr_score_changes WHERE tenant_id = {tenantId:String}))) AS askedDimension,
    (
        SELECT throwIf(count() = 0 AND {dimension:String} != '', 'not-found: There is no such company')
        FROM csr_companies FINAL
        WHERE tenant_id = {tenantId:String}
    ) AS missing,
    own_scores AS
    (
        SELECT
            count() AS ownCount,
            if(ownCount = 0, NULL, avg(score)) AS ownMean,
            if(ownCount = 0, NULL, quantileExactInclusive(0.5)(score)) AS ownMedian
        FROM csr_scores FINAL
        WHERE tenant_id = {tenantId:String}
            AND dimension = askedDimension
            AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
            AND ({location:Nullable(String)} IS NULL OR location = {location:Nullable(String)})
            AND ({demographic:Nullable(String)} IS NULL OR demographic = {demographic:Nullable(String)})
    ),
    own_group AS
    (
        SELECT
            count() = 0 OR any(csr_benchmarks.withheld) AS isWithheld,
            if(isWithheld, NULL, any(if({includeOwn:Bool}, mean, others_mean))) AS groupMean,
            if(isWithheld, NULL, any(if({includeOwn:Bool}, csr_benchmarks.median, others_median))) AS groupMedian,
            if(isWithheld, NULL, any(if({includeOwn:Bool}, csr_benchmarks.companies, others))) AS groupCompanies,
            if(count() = 0, NULL, any(group_name)) AS computedName,
            if(count() = 0, NULL, max(computed_at)) AS groupComputedAt
        FROM csr_benchmarks
        WHERE tenant_id = {tenantId:String}
            AND kind = toString({groupBy:Enum('industry', 'region', 'size')})
            AND dimension = askedDimension
    ),
    (
        SELECT max(nullIf(multiIf(
            {groupBy:Enum('industry', 'region', 'size')} = 'industry', toString(industry),
            {groupBy:Enum('industry', 'region', 'size')} = 'region', toString(region),
            toString(size_band)), ''))
        FROM csr_companies FINAL
        WHERE tenant_id = {tenantId:String}
    ) AS groupName
SELECT
    {dimension:String} AS dimension,
    toString({groupBy:Enum('industry', 'region', 'size')}) AS groupBy,
    -- the numbers are those of the group as it was computed
    coalesce(computedName, groupName) AS group,
    isWithheld AS withheld,
    csr_score(ownMean) AS own,
    csr_score(own_scores.ownMedian) AS ownMedian,
    ownCount AS ownScoreCount,
    csr_score(groupMean) AS benchmark,
    csr_score(groupMedian) AS benchmarkMedian,
    groupCompanies AS companies,
    csr_score(ownMean - groupMean) AS difference,
    if(groupMean = 0, NULL, two_decimals((ownMean - groupMean) / groupMean * 100)) AS percentDifference,
    groupComputedAt AS computedAt
FROM own_scores
CROSS JOIN own_group
WHERE NOT missing
