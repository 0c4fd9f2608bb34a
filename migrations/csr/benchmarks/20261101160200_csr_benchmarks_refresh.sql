-- migrate:up
-- Computes csr_benchmarks again every 15 minutes, from the monthly rollups and the scores of months that have changed
-- since they were computed. Not each minute, and not at the full one: planning it costs near a second of a processor also
-- when there is nothing to compute, three times what all other views of the minute cost together, and each time its rows
-- are other ones to the cache.
-- A row is withheld, and its numbers are NULL,
--   - when fewer than 5 companies beside the company itself have scores: it knows its own, so a mean of five with its own is
--     a mean of four others. Therefore the answers with and without the company itself are withheld together;
--   - when the group differs by 1 to 4 companies, the asking one aside, from any group of an earlier kind (industry, region,
--     size): a subtraction would tell their mean. Also from one that the company is not in: it may be put there, and neither
--     stay nor move may tell the difference;
--   - when it is a size that, with the industry and the region of the company, makes a sum of 1 to 4 companies when two of the
--     three groups' sums are added and the third's is subtracted. These, and the differences of two, are all the combinations
--     of three sums in which as many companies as can be cancel out.
-- A median without a company needs no list without it: of the sorted means, those after its place move up by one.
CREATE MATERIALIZED VIEW csr_benchmarks_refresh
REFRESH EVERY 15 MINUTE OFFSET 30 SECOND TO csr_benchmarks AS
WITH
    changed_months AS
    (
        SELECT
            tenant_id,
            dimension,
            bucket
        FROM csr_score_changes
        WHERE granularity = 'month'
        GROUP BY
            tenant_id,
            dimension,
            bucket
        HAVING max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
    ),
    means AS
    (
        SELECT
            tenant_id,
            dimension,
            sum(total) / sum(scores) AS mean
        FROM
        (
            SELECT
                tenant_id,
                dimension,
                score_sum AS total,
                scores
            FROM csr_scores_rollup FINAL
            WHERE granularity = 'month'
                AND (tenant_id, dimension, bucket) NOT IN (SELECT tenant_id, dimension, bucket FROM changed_months)
            UNION ALL
            SELECT
                tenant_id,
                dimension,
                sum(score) AS total,
                count() AS scores
            FROM csr_scores FINAL
            WHERE (tenant_id, dimension, day) IN
            (
                SELECT
                    tenant_id,
                    dimension,
                    bucket + arrayJoin(range(toUInt16(csr_bucket_end(bucket, 'month') - bucket)))
                FROM changed_months
            )
            GROUP BY
                tenant_id,
                dimension
        )
        GROUP BY
            tenant_id,
            dimension
        HAVING sum(scores) > 0
    ),
    described AS
    (
        SELECT
            tenant_id,
            industry,
            region,
            toString(size_band) AS size
        FROM csr_companies FINAL
    ),
    memberships AS
    (
        SELECT
            tenant_id,
            industry,
            region,
            size,
            membership.1 AS kind,
            membership.2 AS group_name
        FROM described
        ARRAY JOIN [('industry', industry), ('region', region), ('size', size)] AS membership
        WHERE membership.2 != ''
    ),
    members AS
    (
        SELECT
            means.tenant_id AS tenant_id,
            means.dimension AS dimension,
            kind,
            group_name,
            mean,
            row_number() OVER (PARTITION BY means.dimension, kind, group_name ORDER BY mean, means.tenant_id) AS place
        FROM means
        INNER JOIN memberships ON memberships.tenant_id = means.tenant_id
    ),
    all_groups AS
    (
        SELECT
            dimension,
            kind,
            group_name,
            count() AS companies,
            sum(mean) AS total,
            arraySort(groupArray(mean)) AS sorted,
            -- the few in the middle: one more on each side than a median needs
            intDiv(companies, 2) - 2 AS before_middle,
            arrayMap(i -> if(before_middle + i BETWEEN 1 AND companies, sorted[before_middle + i], 0), range(1, 6)) AS middle
        FROM members
        GROUP BY
            dimension,
            kind,
            group_name
    ),
    -- companies with scores in an industry, region and size, or what is common to those that are named; '' is any
    counted AS
    (
        SELECT
            dimension,
            common.1 AS industry,
            common.2 AS region,
            common.3 AS size,
            count() AS companies
        FROM means
        INNER JOIN described ON described.tenant_id = means.tenant_id
        ARRAY JOIN arrayFilter(
            names -> names != ('', '', ''),
            arrayDistinct([
                (described.industry, '', ''), ('', described.region, ''), ('', '', described.size),
                (described.industry, described.region, ''), (described.industry, '', described.size), ('', described.region, described.size),
                (described.industry, described.region, described.size)
            ])) AS common
        GROUP BY
            dimension,
            common
    ),
    -- groups of an earlier kind from which few companies make the difference, one more than matters: the asking one may be it
    close_groups AS
    (
        SELECT
            pairs.dimension AS dimension,
            pairs.kind AS kind,
            pairs.group_name AS group_name,
            groupArray((other.kind, other.group_name, other.companies, pairs.companies)) AS close
        FROM
        (
            SELECT
                dimension,
                companies,
                if(size != '', 'size', 'region') AS kind,
                if(size != '', size, region) AS group_name,
                if(industry != '', 'industry', 'region') AS other_kind,
                if(industry != '', industry, region) AS other_name
            FROM counted
            WHERE (industry != '') + (region != '') + (size != '') = 2
        ) AS pairs
        INNER JOIN all_groups AS own
            ON own.dimension = pairs.dimension AND own.kind = pairs.kind AND own.group_name = pairs.group_name
        INNER JOIN all_groups AS other
            ON other.dimension = pairs.dimension AND other.kind = pairs.other_kind AND other.group_name = pairs.other_name
        WHERE own.companies + other.companies - 2 * pairs.companies BETWEEN 1 AND 5
        GROUP BY
            dimension,
            kind,
            group_name
    ),
    -- of each industry, region and size of a company: how many companies have a weight other than 0 when two of the groups'
    -- sums are added and the third one's is subtracted (size, region, industry). By inclusion and exclusion: those in any
    -- of the three, minus those that are in one of the two and in the third alone
    combinations AS
    (
        SELECT
            counted.dimension AS dimension,
            parts.industry AS industry,
            parts.region AS region,
            parts.size AS size,
            sumForEach(arrayMap(weight -> weight * toInt64(counted.companies), parts.weights)) AS weighted
        FROM
        (
            SELECT
                industry,
                region,
                size,
                part.1 AS names,
                part.2 AS weights
            FROM
            (
                SELECT DISTINCT
                    industry,
                    region,
                    size
                FROM described
                WHERE industry != ''
                    AND region != ''
                    AND size != ''
            )
            ARRAY JOIN [
                ((industry, '', ''), [1, 1, 1]),
                (('', region, ''), [1, 1, 1]),
                (('', '', size), [1, 1, 1]),
                ((industry, region, ''), [-1, -2, -2]),
                ((industry, '', size), [-2, -1, -2]),
                (('', region, size), [-2, -2, -1]),
                ((industry, region, size), [3, 3, 3])] AS part
        ) AS parts
        INNER JOIN counted
            ON counted.industry = parts.names.1 AND counted.region = parts.names.2 AND counted.size = parts.names.3
        GROUP BY
            dimension,
            industry,
            region,
            size
    ),
    -- place is 0 of a company without scores on the dimension
    shares AS
    (
        SELECT
            memberships.tenant_id AS tenant_id,
            memberships.kind AS kind,
            all_groups.dimension AS dimension,
            memberships.group_name AS group_name,
            all_groups.companies AS companies,
            all_groups.total AS total,
            all_groups.middle AS middle,
            all_groups.before_middle AS before_middle,
            members.mean AS own,
            members.place AS place,
            companies - (place > 0) AS others,
            -- what the company itself adds to a group is no secret to it
            others < 5
            OR arrayExists(
                other -> others + other.3 - 2 * other.4
                    + (place > 0 AND other.2 = if(other.1 = 'industry', memberships.industry, memberships.region)) BETWEEN 1 AND 4,
                close_groups.close)
            OR (kind = 'size' AND arrayExists(companies_left -> companies_left - (place > 0) BETWEEN 1 AND 4, combinations.weighted)) AS withheld
        FROM memberships
        INNER JOIN all_groups
            ON all_groups.kind = memberships.kind AND all_groups.group_name = memberships.group_name
        LEFT JOIN members
            ON members.tenant_id = memberships.tenant_id
            AND members.kind = memberships.kind
            AND members.dimension = all_groups.dimension
        LEFT JOIN close_groups
            ON close_groups.dimension = all_groups.dimension
            AND close_groups.kind = memberships.kind
            AND close_groups.group_name = memberships.group_name
        LEFT JOIN combinations
            ON combinations.dimension = all_groups.dimension
            AND combinations.industry = memberships.industry
            AND combinations.region = memberships.region
            AND combinations.size = memberships.size
    )
SELECT
    tenant_id,
    kind,
    dimension,
    group_name,
    withheld,
    if(withheld, NULL, shares.companies) AS companies,
    if(withheld, NULL, total / shares.companies) AS mean,
    if(
        withheld,
        NULL,
        (middle[intDiv(shares.companies + 1, 2) - before_middle] + middle[intDiv(shares.companies, 2) + 1 - before_middle]) / 2) AS median,
    if(withheld, NULL, if(place = 0, total / shares.others, (total - own) / shares.others)) AS others_mean,
    if(
        withheld,
        NULL,
        arrayAvg(arrayMap(
            i -> middle[i + (place > 0 AND i >= place) - before_middle],
            [intDiv(shares.others + 1, 2), intDiv(shares.others, 2) + 1]))) AS others_median,
    if(withheld, NULL, shares.others) AS others,
    now64(3) AS computed_at
FROM shares;

-- migrate:down
DROP VIEW csr_benchmarks_refresh;
