-- migrate:up
-- Computes csr_benchmarks anew each minute, from the monthly roll-ups and the scores of months that have changed since
-- they were computed.
-- A median without a company needs no list without it: of the sorted means, those behind its place move up by one.
CREATE MATERIALIZED VIEW csr_benchmarking
REFRESH EVERY 1 MINUTE TO csr_benchmarks AS
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
    memberships AS
    (
        SELECT
            tenant_id,
            membership.1 AS kind,
            membership.2 AS group_name
        FROM csr_companies FINAL
        ARRAY JOIN [('industry', toString(industry)), ('region', toString(region)), ('size', toString(size_band))] AS membership
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
    nested_groups AS
    (
        SELECT DISTINCT
            second.dimension AS dimension,
            second.kind AS kind,
            second.group_name AS group_name
        FROM
        (
            SELECT
                first_members.dimension AS dimension,
                first_members.kind AS first_kind,
                first_members.group_name AS first_name,
                second_members.kind AS second_kind,
                second_members.group_name AS second_name,
                count() AS common
            FROM members AS first_members
            INNER JOIN members AS second_members
                ON second_members.tenant_id = first_members.tenant_id
                AND second_members.dimension = first_members.dimension
            WHERE first_members.kind < second_members.kind
            GROUP BY
                dimension,
                first_kind,
                first_name,
                second_kind,
                second_name
        ) AS pairs
        INNER JOIN all_groups AS first
            ON first.dimension = pairs.dimension AND first.kind = pairs.first_kind AND first.group_name = pairs.first_name
        INNER JOIN all_groups AS second
            ON second.dimension = pairs.dimension AND second.kind = pairs.second_kind AND second.group_name = pairs.second_name
        WHERE common = least(first.companies, second.companies)
            AND abs(toInt64(first.companies) - toInt64(second.companies)) BETWEEN 1 AND 4
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
            others < 5 OR (dimension, kind, group_name) IN (SELECT dimension, kind, group_name FROM nested_groups) AS withheld
        FROM memberships
        INNER JOIN all_groups
            ON all_groups.kind = memberships.kind AND all_groups.group_name = memberships.group_name
        LEFT JOIN members
            ON members.tenant_id = memberships.tenant_id
            AND members.kind = memberships.kind
            AND members.dimension = all_groups.dimension
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
DROP VIEW csr_benchmarking;
