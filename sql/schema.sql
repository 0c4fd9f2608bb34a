
--
-- Database schema
--

CREATE DATABASE IF NOT EXISTS sluice;

CREATE TABLE sluice.api_key_uses
(
    `key_id` UUID,
    `used_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY key_id
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.api_key_uses_mv TO sluice.api_key_uses
(
    `key_id` UUID,
    `used_at` DateTime64(3, 'UTC')
)
AS SELECT
    toUUIDOrZero(substring(subject, 5)) AS key_id,
    max(at) AS used_at
FROM sluice.gateway_requests
WHERE startsWith(subject, 'key:')
GROUP BY key_id;

CREATE TABLE sluice.api_keys
(
    `hash` FixedString(32) COMMENT 'SHA-256 of the key',
    `id` UUID,
    `tenant_id` String,
    `name` String,
    `scopes` Array(LowCardinality(String)),
    `created_at` DateTime64(3, 'UTC'),
    `expires_at` Nullable(DateTime64(3, 'UTC')),
    `revoked_at` DateTime64(3, 'UTC') COMMENT '1970 while it holds',
    INDEX id id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revoked_at)
ORDER BY hash
SETTINGS index_granularity = 8192
COMMENT 'access: gateway';

CREATE TABLE sluice.backfill_chunks
(
    `name` String COMMENT 'What is filled in from where',
    `backfill` UUID,
    `chunk` UInt32 COMMENT 'From 1; 0 is written when it begins',
    `is_last` Bool,
    `lines` UInt64 COMMENT 'Stored by then in all',
    `horizon` UInt64 COMMENT 'Of a source in Postgres when it began',
    `stored_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (name, stored_at)
TTL toDateTime(stored_at) + toIntervalDay(90)
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.cache_purges
(
    `id` UUID,
    `at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `query` String COMMENT 'Answers of this query, or of any when empty',
    `tenant_id` String COMMENT 'Answers to this tenant, or to any when empty',
    `table_name` String COMMENT 'Answers read from this table, or from any when empty',
    `purged_by` String COMMENT 'The subject of who asked for it'
)
ENGINE = MergeTree
ORDER BY at
TTL toDateTime(at) + toIntervalDay(1)
SETTINGS index_granularity = 8192
COMMENT 'access: gateway';

CREATE TABLE sluice.csr_benchmarks
(
    `tenant_id` String,
    `kind` LowCardinality(String),
    `dimension` String,
    `group_name` String,
    `withheld` Bool,
    `companies` Nullable(UInt32) COMMENT 'With the company itself, if it has scores',
    `mean` Nullable(Float64),
    `median` Nullable(Float64),
    `others_mean` Nullable(Float64) COMMENT 'Without the company itself',
    `others_median` Nullable(Float64),
    `others` Nullable(UInt32) COMMENT 'Companies without the company itself',
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, kind, dimension)
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_benchmarks_refresh
REFRESH EVERY 15 MINUTE OFFSET 30 SECOND TO sluice.csr_benchmarks
(
    `tenant_id` String,
    `kind` String,
    `dimension` String,
    `group_name` String,
    `withheld` UInt8,
    `companies` Nullable(UInt64),
    `mean` Nullable(Float64),
    `median` Nullable(Float64),
    `others_mean` Nullable(Float64),
    `others_median` Nullable(Float64),
    `others` Nullable(Int64),
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    changed_months AS
    (
        SELECT
            tenant_id,
            dimension,
            bucket
        FROM sluice.csr_score_changes
        WHERE granularity = 'month'
        GROUP BY
            tenant_id,
            dimension,
            bucket
        HAVING max(rolled_at) <= (max(changed_at) + toIntervalMinute(1))
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
            FROM sluice.csr_scores_rollup
            FINAL
            WHERE (granularity = 'month') AND ((tenant_id, dimension, bucket) NOT IN (
                SELECT
                    tenant_id,
                    dimension,
                    bucket
                FROM changed_months
            ))
            UNION ALL
            SELECT
                tenant_id,
                dimension,
                sum(score) AS total,
                count() AS scores
            FROM sluice.csr_scores
            FINAL
            WHERE (tenant_id, dimension, day) IN (
                SELECT
                    tenant_id,
                    dimension,
                    bucket + arrayJoin(range(toUInt16(multiIf('month' = 'day', bucket + 1, 'month' = 'week', bucket + 7, toDate(addMonths(bucket, 1))) - bucket)))
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
        FROM sluice.csr_companies
        FINAL
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
        WHERE (membership.2) != ''
    ),
    members AS
    (
        SELECT
            means.tenant_id AS tenant_id,
            means.dimension AS dimension,
            kind,
            group_name,
            mean,
            row_number() OVER (PARTITION BY means.dimension, kind, group_name ORDER BY mean ASC, means.tenant_id ASC) AS place
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
            intDiv(companies, 2) - 2 AS before_middle,
            arrayMap(i -> if(((before_middle + i) >= 1) AND ((before_middle + i) <= companies), sorted[before_middle + i], 0), range(1, 6)) AS middle
        FROM members
        GROUP BY
            dimension,
            kind,
            group_name
    ),
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
        ARRAY JOIN arrayFilter(names -> (names != ('', '', '')), arrayDistinct([(described.industry, '', ''), ('', described.region, ''), ('', '', described.size), (described.industry, described.region, ''), (described.industry, '', described.size), ('', described.region, described.size), (described.industry, described.region, described.size)])) AS common
        GROUP BY
            dimension,
            common
    ),
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
            WHERE (((industry != '') + (region != '')) + (size != '')) = 2
        ) AS pairs
        INNER JOIN all_groups AS own ON (own.dimension = pairs.dimension) AND (own.kind = pairs.kind) AND (own.group_name = pairs.group_name)
        INNER JOIN all_groups AS other ON (other.dimension = pairs.dimension) AND (other.kind = pairs.other_kind) AND (other.group_name = pairs.other_name)
        WHERE (((own.companies + other.companies) - (2 * pairs.companies)) >= 1) AND (((own.companies + other.companies) - (2 * pairs.companies)) <= 5)
        GROUP BY
            dimension,
            kind,
            group_name
    ),
    combinations AS
    (
        SELECT
            counted.dimension AS dimension,
            parts.industry AS industry,
            parts.region AS region,
            parts.size AS size,
            sumForEach(arrayMap(weight -> (weight * toInt64(counted.companies)), parts.weights)) AS weighted
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
                WHERE (industry != '') AND (region != '') AND (size != '')
            )
            ARRAY JOIN [((industry, '', ''), [1, 1, 1]), (('', region, ''), [1, 1, 1]), (('', '', size), [1, 1, 1]), ((industry, region, ''), [-1, -2, -2]), ((industry, '', size), [-2, -1, -2]), (('', region, size), [-2, -2, -1]), ((industry, region, size), [3, 3, 3])] AS part
        ) AS parts
        INNER JOIN counted ON (counted.industry = (parts.names.1)) AND (counted.region = (parts.names.2)) AND (counted.size = (parts.names.3))
        GROUP BY
            dimension,
            industry,
            region,
            size
    ),
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
            (others < 5) OR arrayExists(other -> (((((others + (other.3)) - (2 * (other.4))) + ((place > 0) AND ((other.2) = if((other.1) = 'industry', memberships.industry, memberships.region)))) >= 1) AND ((((others + (other.3)) - (2 * (other.4))) + ((place > 0) AND ((other.2) = if((other.1) = 'industry', memberships.industry, memberships.region)))) <= 4)), close_groups.close) OR ((kind = 'size') AND arrayExists(companies_left -> (((companies_left - (place > 0)) >= 1) AND ((companies_left - (place > 0)) <= 4)), combinations.weighted)) AS withheld
        FROM memberships
        INNER JOIN all_groups ON (all_groups.kind = memberships.kind) AND (all_groups.group_name = memberships.group_name)
        LEFT JOIN members ON (members.tenant_id = memberships.tenant_id) AND (members.kind = memberships.kind) AND (members.dimension = all_groups.dimension)
        LEFT JOIN close_groups ON (close_groups.dimension = all_groups.dimension) AND (close_groups.kind = memberships.kind) AND (close_groups.group_name = memberships.group_name)
        LEFT JOIN combinations ON (combinations.dimension = all_groups.dimension) AND (combinations.industry = memberships.industry) AND (combinations.region = memberships.region) AND (combinations.size = memberships.size)
    )
SELECT
    tenant_id,
    kind,
    dimension,
    group_name,
    withheld,
    if(withheld, NULL, shares.companies) AS companies,
    if(withheld, NULL, total / shares.companies) AS mean,
    if(withheld, NULL, ((middle[intDiv(shares.companies + 1, 2) - before_middle]) + (middle[(intDiv(shares.companies, 2) + 1) - before_middle])) / 2) AS median,
    if(withheld, NULL, if(place = 0, total / shares.others, (total - own) / shares.others)) AS others_mean,
    if(withheld, NULL, arrayAvg(arrayMap(i -> (middle[(i + ((place > 0) AND (i >= place))) - before_middle]), [intDiv(shares.others + 1, 2), intDiv(shares.others, 2) + 1]))) AS others_median,
    if(withheld, NULL, shares.others) AS others,
    now64(3) AS computed_at
FROM shares;

CREATE TABLE sluice.csr_cohort_changes
(
    `tenant_id` String,
    `cohort_id` UUID,
    `changed_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    `rolled_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, cohort_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_cohort_changes_mv TO sluice.csr_cohort_changes
(
    `tenant_id` String,
    `cohort_id` UUID,
    `changed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    cohort_id,
    now64(3) AS changed_at
FROM sluice.csr_cohort_members
GROUP BY
    tenant_id,
    cohort_id;

CREATE MATERIALIZED VIEW sluice.csr_cohort_changes_refresh
REFRESH EVERY 1 MINUTE DEPENDS ON sluice.csr_cohort_metrics_refresh APPEND TO sluice.csr_cohort_changes
(
    `tenant_id` String,
    `cohort_id` UUID,
    `rolled_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    cohort_id,
    max(computed_at) AS rolled_at
FROM sluice.csr_cohort_metrics
WHERE (computed_at > (now() - toIntervalMinute(10))) AND (metric = '')
GROUP BY
    tenant_id,
    cohort_id
HAVING (tenant_id, cohort_id, max(computed_at)) NOT IN (
    SELECT
        tenant_id,
        cohort_id,
        csr_cohort_changes.rolled_at
    FROM sluice.csr_cohort_changes
    WHERE csr_cohort_changes.rolled_at > (now() - toIntervalMinute(11))
);

CREATE TABLE sluice.csr_cohort_members
(
    `tenant_id` String,
    `cohort_id` UUID,
    `user_id` String,
    `added_at` DateTime64(3, 'UTC'),
    `version` UInt64,
    `deleted` UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (tenant_id, cohort_id, user_id)
SETTINGS index_granularity = 8192
COMMENT 'writers: cohorts';

CREATE TABLE sluice.csr_cohort_metrics
(
    `tenant_id` String,
    `cohort_id` UUID,
    `metric` String,
    `day` Date,
    `value_count` UInt64,
    `value_sum` Float64,
    `value_min` Float64,
    `value_max` Float64,
    `computed_at` DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(day)
ORDER BY (tenant_id, metric, cohort_id, day)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_cohort_metrics_refresh
REFRESH EVERY 1 MINUTE APPEND TO sluice.csr_cohort_metrics
(
    `tenant_id` String,
    `cohort_id` UUID,
    `metric` String,
    `day` Date,
    `value_count` UInt64,
    `value_sum` Float64,
    `value_min` Float64,
    `value_max` Float64,
    `computed_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    settled_days AS
    (
        SELECT
            tenant_id,
            metric,
            day
        FROM sluice.csr_metric_changes
        GROUP BY
            tenant_id,
            metric,
            day
        HAVING (max(changed_at) < (toStartOfMinute(now()) - toIntervalMinute(1))) AND (max(cohorts_rolled_at) <= (max(changed_at) + toIntervalMinute(1)))
    ),
    settled_cohorts AS
    (
        SELECT
            tenant_id,
            cohort_id
        FROM sluice.csr_cohort_changes
        GROUP BY
            tenant_id,
            cohort_id
        HAVING (max(changed_at) < (toStartOfMinute(now()) - toIntervalMinute(1))) AND (max(rolled_at) <= (max(changed_at) + toIntervalMinute(1)))
    ),
    members AS
    (
        SELECT
            tenant_id,
            cohort_id,
            sipHash64(user_id) AS member_hash
        FROM sluice.csr_cohort_members
        FINAL
    ),
    parts AS
    (
        SELECT
            metrics.tenant_id AS tenant_id,
            members.cohort_id AS cohort_id,
            metrics.metric AS metric,
            metrics.day AS day,
            count() AS part_count,
            sum(metrics.value) AS part_sum,
            min(metrics.value) AS part_min,
            max(metrics.value) AS part_max
        FROM sluice.csr_metrics AS metrics
        FINAL
        INNER JOIN members ON (members.tenant_id = metrics.tenant_id) AND (members.member_hash = metrics.user_hash)
        WHERE ((metrics.tenant_id, metrics.metric, metrics.day) IN (
            SELECT
                tenant_id,
                metric,
                day
            FROM settled_days
        )) AND ((members.tenant_id, members.cohort_id) NOT IN (
            SELECT
                tenant_id,
                cohort_id
            FROM settled_cohorts
        ))
        GROUP BY
            tenant_id,
            cohort_id,
            metric,
            day
        UNION ALL
        SELECT
            metrics.tenant_id AS tenant_id,
            members.cohort_id AS cohort_id,
            metrics.metric AS metric,
            metrics.day AS day,
            count() AS part_count,
            sum(metrics.value) AS part_sum,
            min(metrics.value) AS part_min,
            max(metrics.value) AS part_max
        FROM sluice.csr_metrics AS metrics
        FINAL
        INNER JOIN
        (
            SELECT *
            FROM members
            WHERE (tenant_id, cohort_id) IN (
                SELECT
                    tenant_id,
                    cohort_id
                FROM settled_cohorts
            )
        ) AS members ON (members.tenant_id = metrics.tenant_id) AND (members.member_hash = metrics.user_hash)
        WHERE metrics.tenant_id IN (
            SELECT tenant_id
            FROM settled_cohorts
        )
        GROUP BY
            tenant_id,
            cohort_id,
            metric,
            day
        UNION ALL
        SELECT
            tenant_id,
            cohort_id,
            metric,
            day,
            0,
            0,
            inf,
            -inf
        FROM sluice.csr_cohort_metrics
        WHERE (metric != '') AND (((tenant_id, metric, day) IN (
            SELECT
                tenant_id,
                metric,
                day
            FROM settled_days
        )) OR ((tenant_id, cohort_id) IN (
            SELECT
                tenant_id,
                cohort_id
            FROM settled_cohorts
        )))
        UNION ALL
        SELECT
            tenant_id,
            toUUID('00000000-0000-0000-0000-000000000000') AS cohort_id,
            metric,
            day,
            0,
            0,
            inf,
            -inf
        FROM settled_days
        UNION ALL
        SELECT
            tenant_id,
            cohort_id,
            '' AS metric,
            toDate(0) AS day,
            0,
            0,
            inf,
            -inf
        FROM settled_cohorts
    )
SELECT
    tenant_id,
    cohort_id,
    metric,
    day,
    sum(part_count) AS value_count,
    sum(part_sum) AS value_sum,
    min(part_min) AS value_min,
    max(part_max) AS value_max,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM parts
GROUP BY
    tenant_id,
    cohort_id,
    metric,
    day;

CREATE TABLE sluice.csr_cohorts
(
    `tenant_id` String,
    `cohort_id` UUID,
    `name` String,
    `description` String,
    `filters` String DEFAULT '{}' COMMENT 'A JSON object that says how the members were chosen; kept and answered, not applied',
    `created_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(3, 'UTC'),
    `version` UInt64,
    `deleted` UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (tenant_id, cohort_id)
SETTINGS index_granularity = 8192
COMMENT 'writers: cohorts';

CREATE TABLE sluice.csr_companies
(
    `tenant_id` String,
    `name` String,
    `industry` String,
    `region` String,
    `employees` UInt32,
    `size_band` LowCardinality(String),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
ORDER BY tenant_id
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE TABLE sluice.csr_companies_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_companies_json_odd_mv TO sluice.csr_companies_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.csr_companies_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.csr_companies_json_plain_mv TO sluice.csr_companies_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.csr_companies_landing
WHERE plain;

CREATE TABLE sluice.csr_companies_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"name": "Example", "industry": "Retail", "region": "EU", "employees": 250, "updatedAt": "2026-11-20T10:00:00Z"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_companies_mv TO sluice.csr_companies
(
    `tenant_id` String,
    `name` String,
    `industry` String,
    `region` String,
    `employees` UInt32,
    `size_band` LowCardinality(String),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
AS SELECT
    tenant_id,
    name,
    industry,
    region,
    employees,
    size_band,
    updated_at,
    deleted
FROM sluice.csr_companies_parsed
WHERE reason = '';

CREATE TABLE sluice.csr_companies_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_companies_odd_mv TO sluice.csr_companies_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.csr_companies_landing
WHERE NOT plain;

CREATE TABLE sluice.csr_companies_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `name` String,
    `industry` String,
    `region` String,
    `employees` UInt32,
    `size_band` LowCardinality(String),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_companies_parsed_mv TO sluice.csr_companies_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `name` String,
    `industry` String,
    `region` String,
    `employees` UInt32,
    `size_band` String,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` UInt8
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(json = line, '', position(company.name, '﷐') > 0, 'name', position(company.industry, '﷐') > 0, 'industry', position(company.region, '﷐') > 0, 'region', '') AS halfPairField,
            JSONExtract(json, 'Tuple(name String, industry String, region String, employees String, updatedAt String, deleted String)') AS company,
            if((toInt64OrNull(company.updatedAt) IS NULL) AND (multiIf(match(company.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(company.updatedAt, 3, 'UTC'), toInt64OrNull(company.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(company.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) IS NOT NULL), parseDateTime64BestEffortOrNull(company.updatedAt, 6, 'UTC'), CAST(multiIf(match(company.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(company.updatedAt, 3, 'UTC'), toInt64OrNull(company.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(company.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL), 'Nullable(DateTime64(6, \'UTC\'))')) AS updated
        FROM sluice.csr_companies_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), (company.deleted NOT IN ('', 'true', 'false', '1', '0')), concat('deleted is not a boolean: ', concat('"', substringUTF8(company.deleted, 1, 64), if(lengthUTF8(company.deleted) > 64, '…', ''), '"')), (company.updatedAt != '') AND (updated IS NULL), concat('updatedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(company.updatedAt, 1, 64), if(lengthUTF8(company.updatedAt) > 64, '…', ''), '"')), (company.updatedAt != '') AND ((toYear(updated) < 2000) OR (toYear(updated) > 2100)), concat('updatedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(company.updatedAt, 1, 64), if(lengthUTF8(company.updatedAt) > 64, '…', ''), '"')), multiIf(length(company.name) > 256, 'is longer than 256 bytes', (startsWith(company.name, '{') OR startsWith(company.name, '[')) AND isValidJSON(company.name), 'is not a string', '') != '', concat('name ', multiIf(length(company.name) > 256, 'is longer than 256 bytes', (startsWith(company.name, '{') OR startsWith(company.name, '[')) AND isValidJSON(company.name), 'is not a string', '')), multiIf(length(company.industry) > 256, 'is longer than 256 bytes', (startsWith(company.industry, '{') OR startsWith(company.industry, '[')) AND isValidJSON(company.industry), 'is not a string', '') != '', concat('industry ', multiIf(length(company.industry) > 256, 'is longer than 256 bytes', (startsWith(company.industry, '{') OR startsWith(company.industry, '[')) AND isValidJSON(company.industry), 'is not a string', '')), multiIf(length(company.region) > 256, 'is longer than 256 bytes', (startsWith(company.region, '{') OR startsWith(company.region, '[')) AND isValidJSON(company.region), 'is not a string', '') != '', concat('region ', multiIf(length(company.region) > 256, 'is longer than 256 bytes', (startsWith(company.region, '{') OR startsWith(company.region, '[')) AND isValidJSON(company.region), 'is not a string', '')), (company.employees != '') AND (toUInt32OrNull(company.employees) IS NULL), concat('employees is not a whole number up to 4294967295: ', concat('"', substringUTF8(company.employees, 1, 64), if(lengthUTF8(company.employees) > 64, '…', ''), '"')), (company.deleted NOT IN ('true', '1')) AND (concat(company.name, company.industry, company.region, company.employees) = ''), 'name, industry, region and employees are missing', '') AS reason,
    company.name AS name,
    company.industry AS industry,
    company.region AS region,
    toUInt32OrZero(company.employees) AS employees,
    multiIf(employees = 0, '', employees < 10, 'micro', employees < 50, 'small', employees < 250, 'medium', employees < 1000, 'large', 'enterprise') AS size_band,
    ifNull(updated, toDateTime64(received_at, 6, 'UTC')) AS updated_at,
    company.deleted IN ('true', '1') AS deleted
FROM extracted;

CREATE TABLE sluice.csr_company_dashboard
(
    `tenant_id` String,
    `dimension` String,
    `users` UInt64,
    `programs` UInt64,
    `scores` UInt64,
    `mean` Float64,
    `latest_day` Date,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, dimension)
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_company_dashboard_refresh
REFRESH EVERY 15 MINUTE TO sluice.csr_company_dashboard
(
    `tenant_id` String,
    `dimension` String,
    `users` UInt64,
    `programs` UInt64,
    `scores` UInt64,
    `mean` Float64,
    `latest_day` Date,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    counted_dimension AS dimension,
    uniqExact(user_hash) AS users,
    uniqExactIf(program_id, program_id != '') AS programs,
    countIf(is_score) AS scores,
    ifNotFinite(avgIf(score, is_score), 0) AS mean,
    maxIf(day, is_score) AS latest_day,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        arrayJoin([dimension, '']) AS counted_dimension,
        user_hash,
        program_id,
        score,
        day,
        true AS is_score
    FROM sluice.csr_scores
    FINAL
    UNION ALL
    SELECT
        tenant_id,
        '' AS counted_dimension,
        user_hash,
        program_id,
        0 AS score,
        toDate(0) AS day,
        false AS is_score
    FROM sluice.csr_journey
    FINAL
)
GROUP BY
    tenant_id,
    counted_dimension;

CREATE TABLE sluice.csr_journey
(
    `tenant_id` String,
    `id` UUID,
    `stage` String,
    `day` Date,
    `user_id` String CODEC(ZSTD(1)),
    `program_id` String,
    `occurred_at` DateTime64(3, 'UTC') CODEC(LZ4),
    `updated_at` DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `user_hash` UInt64 MATERIALIZED sipHash64(user_id) CODEC(NONE)
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant_id, stage, day, id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE TABLE sluice.csr_journey_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_journey_json_odd_mv TO sluice.csr_journey_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.csr_journey_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.csr_journey_json_plain_mv TO sluice.csr_journey_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.csr_journey_landing
WHERE plain;

CREATE TABLE sluice.csr_journey_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "j1", "userId": "u1", "programId": "buddy", "stage": "enrolled", "occurredAt": "2026-11-20T10:00:00Z"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_journey_moved_mv TO sluice.csr_journey
(
    `tenant_id` String,
    `id` UUID,
    `stage` String,
    `day` Date,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            name,
            day,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at
        FROM sluice.csr_places
        WHERE (kind = 'csr_journey') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.csr_journey_parsed
            WHERE reason = ''
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            stage AS name,
            day,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.csr_journey_parsed
        WHERE reason = ''
    ),
    out_of_date AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax((name, day), (updated_at, seen_at)) AS place,
            arrayJoin(arrayFilter(other -> ((other != place) AND ((other.1) != '')), groupUniqArray((name, day)))) AS old_place
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT
    out_of_date.tenant_id AS tenant_id,
    out_of_date.id AS id,
    out_of_date.old_place.1 AS stage,
    out_of_date.old_place.2 AS day,
    out_of_date.newest AS updated_at,
    true AS deleted
FROM
(
    SELECT DISTINCT
        tenant_id,
        id
    FROM sluice.csr_journey_parsed
    WHERE reason = ''
) AS landed
INNER JOIN out_of_date ON (out_of_date.tenant_id = landed.tenant_id) AND (out_of_date.id = landed.id);

CREATE MATERIALIZED VIEW sluice.csr_journey_moved_refresh
REFRESH EVERY 1 MINUTE APPEND TO sluice.csr_journey
(
    `tenant_id` String,
    `id` UUID,
    `stage` String,
    `day` Date,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    out_of_date AS
    (
        SELECT
            tenant_id,
            id,
            max(latest.updated_at) AS newest,
            argMax((name, day), latest) AS place,
            groupUniqArray((name, day)) AS places
        FROM sluice.csr_places
        WHERE (kind = 'csr_journey') AND (seen_at > (now() - toIntervalMinute(3)))
        GROUP BY
            tenant_id,
            id
        HAVING length(places) > 1
    )
SELECT
    tenant_id,
    id,
    old_place.1 AS stage,
    old_place.2 AS day,
    newest AS updated_at,
    true AS deleted
FROM out_of_date
ARRAY JOIN arrayFilter(other -> ((other != place) AND ((other.1) != '')), places) AS old_place
SETTINGS optimize_aggregation_in_order = 1;

CREATE MATERIALIZED VIEW sluice.csr_journey_mv TO sluice.csr_journey
(
    `tenant_id` String,
    `id` UUID,
    `stage` String,
    `day` Date,
    `user_id` String,
    `program_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
AS SELECT
    tenant_id,
    id,
    stage,
    day,
    user_id,
    program_id,
    occurred_at,
    updated_at,
    deleted
FROM sluice.csr_journey_parsed
WHERE (reason = '') AND (stage != '');

CREATE TABLE sluice.csr_journey_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_journey_odd_mv TO sluice.csr_journey_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.csr_journey_landing
WHERE NOT plain;

CREATE TABLE sluice.csr_journey_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `stage` String,
    `day` Date,
    `user_id` String,
    `program_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_journey_parsed_mv TO sluice.csr_journey_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `stage` String,
    `day` Date,
    `user_id` String,
    `program_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` UInt8
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(json = line, '', position(row.id, '﷐') > 0, 'id', position(row.userId, '﷐') > 0, 'userId', position(row.programId, '﷐') > 0, 'programId', position(row.stage, '﷐') > 0, 'stage', '') AS halfPairField,
            JSONExtract(json, 'Tuple(\n                    id String, userId String, programId String, stage String,\n                    occurredAt String, updatedAt String, deleted String)') AS row,
            multiIf(match(row.occurredAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.occurredAt, 3, 'UTC'), toInt64OrNull(row.occurredAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.occurredAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS at,
            if(row.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), if((toInt64OrNull(row.updatedAt) IS NULL) AND (multiIf(match(row.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.updatedAt, 3, 'UTC'), toInt64OrNull(row.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) IS NOT NULL), parseDateTime64BestEffortOrNull(row.updatedAt, 6, 'UTC'), CAST(multiIf(match(row.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.updatedAt, 3, 'UTC'), toInt64OrNull(row.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL), 'Nullable(DateTime64(6, \'UTC\'))'))) AS updated,
            row.deleted IN ('true', '1') AS isDeleted,
            (row.stage != '') AND (length(row.stage) <= 256) AND (at IS NOT NULL) AND ((toYear(at) >= 2000) AND (toYear(at) <= 2100)) AS hasPlace
        FROM sluice.csr_journey_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), row.id = '', 'id is missing', multiIf(length(row.id) > 256, 'is longer than 256 bytes', (startsWith(row.id, '{') OR startsWith(row.id, '[')) AND isValidJSON(row.id), 'is not a string', '') != '', concat('id ', multiIf(length(row.id) > 256, 'is longer than 256 bytes', (startsWith(row.id, '{') OR startsWith(row.id, '[')) AND isValidJSON(row.id), 'is not a string', '')), (row.deleted NOT IN ('', 'true', 'false', '1', '0')), concat('deleted is not a boolean: ', concat('"', substringUTF8(row.deleted, 1, 64), if(lengthUTF8(row.deleted) > 64, '…', ''), '"')), (row.updatedAt != '') AND (updated IS NULL), concat('updatedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(row.updatedAt, 1, 64), if(lengthUTF8(row.updatedAt) > 64, '…', ''), '"')), isDeleted AND (updated IS NULL), 'updatedAt is missing', (row.updatedAt != '') AND ((toYear(updated) < 2000) OR (toYear(updated) > 2100)), concat('updatedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(row.updatedAt, 1, 64), if(lengthUTF8(row.updatedAt) > 64, '…', ''), '"')), isDeleted, '', row.userId = '', 'userId is missing', multiIf(length(row.userId) > 256, 'is longer than 256 bytes', (startsWith(row.userId, '{') OR startsWith(row.userId, '[')) AND isValidJSON(row.userId), 'is not a string', '') != '', concat('userId ', multiIf(length(row.userId) > 256, 'is longer than 256 bytes', (startsWith(row.userId, '{') OR startsWith(row.userId, '[')) AND isValidJSON(row.userId), 'is not a string', '')), multiIf(length(row.programId) > 256, 'is longer than 256 bytes', (startsWith(row.programId, '{') OR startsWith(row.programId, '[')) AND isValidJSON(row.programId), 'is not a string', '') != '', concat('programId ', multiIf(length(row.programId) > 256, 'is longer than 256 bytes', (startsWith(row.programId, '{') OR startsWith(row.programId, '[')) AND isValidJSON(row.programId), 'is not a string', '')), row.stage = '', 'stage is missing', multiIf(length(row.stage) > 256, 'is longer than 256 bytes', (startsWith(row.stage, '{') OR startsWith(row.stage, '[')) AND isValidJSON(row.stage), 'is not a string', '') != '', concat('stage ', multiIf(length(row.stage) > 256, 'is longer than 256 bytes', (startsWith(row.stage, '{') OR startsWith(row.stage, '[')) AND isValidJSON(row.stage), 'is not a string', '')), row.occurredAt = '', 'occurredAt is missing', at IS NULL, concat('occurredAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(row.occurredAt, 1, 64), if(lengthUTF8(row.occurredAt) > 64, '…', ''), '"')), (toYear(at) < 2000) OR (toYear(at) > 2100), concat('occurredAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(row.occurredAt, 1, 64), if(lengthUTF8(row.occurredAt) > 64, '…', ''), '"')), '') AS reason,
    ifNull(toUUIDOrNull(row.id), reinterpretAsUUID(sipHash128(row.id))) AS id,
    if(hasPlace, row.stage, '') AS stage,
    if(hasPlace, toDate(assumeNotNull(at), 'UTC'), toDate(0)) AS day,
    row.userId AS user_id,
    row.programId AS program_id,
    assumeNotNull(at) AS occurred_at,
    assumeNotNull(updated) AS updated_at,
    isDeleted AS deleted
FROM extracted;

CREATE TABLE sluice.csr_journey_stages
(
    `tenant_id` String,
    `program_id` String,
    `stage` String,
    `reached` UInt64,
    `current` UInt64,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, program_id, stage)
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_journey_stages_refresh
REFRESH EVERY 15 MINUTE TO sluice.csr_journey_stages
(
    `tenant_id` String,
    `program_id` String,
    `stage` String,
    `reached` UInt64,
    `current` UInt64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    program_id,
    step.1 AS stage,
    count() AS reached,
    countIf(step.2) AS current,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        program_id,
        user_hash,
        argMax(stage, (occurred_at, stage)) AS latest,
        arrayMap(name -> (name, name = latest), groupUniqArray(stage)) AS steps
    FROM sluice.csr_journey
    FINAL
    GROUP BY
        tenant_id,
        program_id,
        user_hash
)
ARRAY JOIN steps AS step
GROUP BY
    tenant_id,
    program_id,
    stage;

CREATE TABLE sluice.csr_language_groups
(
    `tenant_id` String,
    `language_group` String,
    `dimension` String,
    `users` UInt64,
    `scores` UInt64,
    `mean` Float64,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, language_group, dimension)
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_language_groups_refresh
REFRESH EVERY 15 MINUTE TO sluice.csr_language_groups
(
    `tenant_id` String,
    `language_group` String,
    `dimension` String,
    `users` UInt64,
    `scores` UInt64,
    `mean` Float64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    scores.tenant_id AS tenant_id,
    multiIf(levels.level < 0.4, 'beginner', levels.level < 0.7, 'intermediate', 'advanced') AS language_group,
    scores.dimension AS dimension,
    uniqExact(scores.user_hash) AS users,
    count() AS scores,
    avg(scores.score) AS mean,
    now64(3) AS computed_at
FROM sluice.csr_scores AS scores
FINAL
INNER JOIN
(
    SELECT
        tenant_id,
        user_hash,
        argMax(score, (created_at, id)) AS level
    FROM sluice.csr_scores
    FINAL
    WHERE dimension = 'lang_level_proxy'
    GROUP BY
        tenant_id,
        user_hash
) AS levels ON (levels.tenant_id = scores.tenant_id) AND (levels.user_hash = scores.user_hash)
GROUP BY
    tenant_id,
    language_group,
    dimension;

CREATE TABLE sluice.csr_metric_changes
(
    `tenant_id` String,
    `metric` String,
    `day` Date,
    `changed_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    `hours_rolled_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    `cohorts_rolled_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, metric, day)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_metric_changes_cohorts_refresh
REFRESH EVERY 1 MINUTE DEPENDS ON sluice.csr_cohort_metrics_refresh APPEND TO sluice.csr_metric_changes
(
    `tenant_id` String,
    `metric` String,
    `day` Date,
    `cohorts_rolled_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    metric,
    day,
    max(computed_at) AS cohorts_rolled_at
FROM sluice.csr_cohort_metrics
WHERE (computed_at > (now() - toIntervalMinute(10))) AND (cohort_id = toUUID('00000000-0000-0000-0000-000000000000'))
GROUP BY
    tenant_id,
    metric,
    day
HAVING (tenant_id, metric, day, max(computed_at)) NOT IN (
    SELECT
        tenant_id,
        metric,
        day,
        csr_metric_changes.cohorts_rolled_at
    FROM sluice.csr_metric_changes
    WHERE csr_metric_changes.cohorts_rolled_at > (now() - toIntervalMinute(11))
);

CREATE MATERIALIZED VIEW sluice.csr_metric_changes_hours_refresh
REFRESH EVERY 1 MINUTE DEPENDS ON sluice.csr_metrics_hourly_refresh APPEND TO sluice.csr_metric_changes
(
    `tenant_id` String,
    `metric` String,
    `day` Date,
    `hours_rolled_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    metric,
    toDate(hour) AS day,
    max(computed_at) AS hours_rolled_at
FROM sluice.csr_metrics_hourly
WHERE computed_at > (now() - toIntervalMinute(10))
GROUP BY
    tenant_id,
    metric,
    day
HAVING (tenant_id, metric, day, max(computed_at)) NOT IN (
    SELECT
        tenant_id,
        metric,
        csr_metric_changes.day,
        csr_metric_changes.hours_rolled_at
    FROM sluice.csr_metric_changes
    WHERE csr_metric_changes.hours_rolled_at > (now() - toIntervalMinute(11))
);

CREATE MATERIALIZED VIEW sluice.csr_metric_changes_mv TO sluice.csr_metric_changes
(
    `tenant_id` String,
    `metric` String,
    `day` Date,
    `changed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    metric,
    day,
    now64(3) AS changed_at
FROM sluice.csr_metrics
GROUP BY
    tenant_id,
    metric,
    day;

CREATE TABLE sluice.csr_metrics
(
    `tenant_id` String,
    `id` UUID,
    `metric` String,
    `day` Date,
    `user_id` String CODEC(ZSTD(1)),
    `value` Float64,
    `period_start` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `updated_at` DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `user_hash` UInt64 MATERIALIZED sipHash64(user_id) CODEC(NONE)
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant_id, metric, day, id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE TABLE sluice.csr_metrics_hourly
(
    `tenant_id` String,
    `metric` String,
    `hour` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    `value_count` UInt64,
    `value_sum` Float64,
    `value_deviation` AggregateFunction(stddevSampStable, Float64),
    `value_min` Float64,
    `value_max` Float64,
    `computed_at` DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(hour)
ORDER BY (tenant_id, metric, hour)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_metrics_hourly_refresh
REFRESH EVERY 1 MINUTE APPEND TO sluice.csr_metrics_hourly
(
    `tenant_id` String,
    `metric` String,
    `hour` DateTime('UTC'),
    `value_count` UInt64,
    `value_sum` Float64,
    `value_deviation` AggregateFunction(stddevSampStable, Float64),
    `value_min` Float64,
    `value_max` Float64,
    `computed_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    settled AS
    (
        SELECT
            tenant_id,
            metric,
            day
        FROM sluice.csr_metric_changes
        GROUP BY
            tenant_id,
            metric,
            day
        HAVING (max(changed_at) < (toStartOfMinute(now()) - toIntervalMinute(1))) AND (max(hours_rolled_at) <= (max(changed_at) + toIntervalMinute(1)))
    )
SELECT
    tenant_id,
    metric,
    hour,
    countIf(is_value) AS value_count,
    sumIf(value, is_value) AS value_sum,
    stddevSampStableStateIf(value, is_value) AS value_deviation,
    min(if(is_value, value, inf)) AS value_min,
    max(if(is_value, value, -inf)) AS value_max,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM
(
    SELECT
        tenant_id,
        metric,
        toStartOfHour(toDateTime(period_start, 'UTC')) AS hour,
        value,
        true AS is_value
    FROM sluice.csr_metrics
    FINAL
    WHERE (tenant_id, metric, day) IN (
        SELECT
            tenant_id,
            metric,
            day
        FROM settled
    )
    UNION ALL
    SELECT
        tenant_id,
        metric,
        hour,
        0 AS value,
        false AS is_value
    FROM sluice.csr_metrics_hourly
    WHERE (tenant_id, metric, toDate(hour)) IN (
        SELECT
            tenant_id,
            metric,
            day
        FROM settled
    )
    UNION ALL
    SELECT
        tenant_id,
        metric,
        toDateTime(day, 'UTC') AS hour,
        0 AS value,
        false AS is_value
    FROM settled
)
GROUP BY
    tenant_id,
    metric,
    hour;

CREATE TABLE sluice.csr_metrics_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_metrics_json_odd_mv TO sluice.csr_metrics_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.csr_metrics_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.csr_metrics_json_plain_mv TO sluice.csr_metrics_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.csr_metrics_landing
WHERE plain;

CREATE TABLE sluice.csr_metrics_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "k1", "userId": "u1", "metric": "engagement", "value": 0.7, "periodStart": "2026-11-20T00:00:00Z"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_metrics_moved_mv TO sluice.csr_metrics
(
    `tenant_id` String,
    `id` UUID,
    `metric` String,
    `day` Date,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            name,
            day,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at
        FROM sluice.csr_places
        WHERE (kind = 'csr_metrics') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.csr_metrics_parsed
            WHERE reason = ''
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            metric AS name,
            day,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.csr_metrics_parsed
        WHERE reason = ''
    ),
    out_of_date AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax((name, day), (updated_at, seen_at)) AS place,
            arrayJoin(arrayFilter(other -> ((other != place) AND ((other.1) != '')), groupUniqArray((name, day)))) AS old_place
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT
    out_of_date.tenant_id AS tenant_id,
    out_of_date.id AS id,
    out_of_date.old_place.1 AS metric,
    out_of_date.old_place.2 AS day,
    out_of_date.newest AS updated_at,
    true AS deleted
FROM
(
    SELECT DISTINCT
        tenant_id,
        id
    FROM sluice.csr_metrics_parsed
    WHERE reason = ''
) AS landed
INNER JOIN out_of_date ON (out_of_date.tenant_id = landed.tenant_id) AND (out_of_date.id = landed.id);

CREATE MATERIALIZED VIEW sluice.csr_metrics_moved_refresh
REFRESH EVERY 1 MINUTE APPEND TO sluice.csr_metrics
(
    `tenant_id` String,
    `id` UUID,
    `metric` String,
    `day` Date,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    out_of_date AS
    (
        SELECT
            tenant_id,
            id,
            max(latest.updated_at) AS newest,
            argMax((name, day), latest) AS place,
            groupUniqArray((name, day)) AS places
        FROM sluice.csr_places
        WHERE (kind = 'csr_metrics') AND (seen_at > (now() - toIntervalMinute(3)))
        GROUP BY
            tenant_id,
            id
        HAVING length(places) > 1
    )
SELECT
    tenant_id,
    id,
    old_place.1 AS metric,
    old_place.2 AS day,
    newest AS updated_at,
    true AS deleted
FROM out_of_date
ARRAY JOIN arrayFilter(other -> ((other != place) AND ((other.1) != '')), places) AS old_place
SETTINGS optimize_aggregation_in_order = 1;

CREATE MATERIALIZED VIEW sluice.csr_metrics_mv TO sluice.csr_metrics
(
    `tenant_id` String,
    `id` UUID,
    `metric` String,
    `day` Date,
    `user_id` String,
    `value` Float64,
    `period_start` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
AS SELECT
    tenant_id,
    id,
    metric,
    day,
    user_id,
    value,
    period_start,
    updated_at,
    deleted
FROM sluice.csr_metrics_parsed
WHERE (reason = '') AND (metric != '');

CREATE TABLE sluice.csr_metrics_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_metrics_odd_mv TO sluice.csr_metrics_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.csr_metrics_landing
WHERE NOT plain;

CREATE TABLE sluice.csr_metrics_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `metric` String,
    `day` Date,
    `user_id` String,
    `value` Float64,
    `period_start` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_metrics_parsed_mv TO sluice.csr_metrics_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `metric` String,
    `day` Date,
    `user_id` String,
    `value` Float64,
    `period_start` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` UInt8
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(json = line, '', position(row.id, '﷐') > 0, 'id', position(row.userId, '﷐') > 0, 'userId', position(row.metric, '﷐') > 0, 'metric', '') AS halfPairField,
            JSONExtract(json, 'Tuple(\n                    id String, userId String, metric String, value String,\n                    periodStart String, updatedAt String, deleted String)') AS row,
            multiIf(match(row.periodStart, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.periodStart, 3, 'UTC'), toInt64OrNull(row.periodStart) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.periodStart)), -62135596800000), 253402300799999), 'UTC'), NULL) AS at,
            if(row.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), if((toInt64OrNull(row.updatedAt) IS NULL) AND (multiIf(match(row.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.updatedAt, 3, 'UTC'), toInt64OrNull(row.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) IS NOT NULL), parseDateTime64BestEffortOrNull(row.updatedAt, 6, 'UTC'), CAST(multiIf(match(row.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.updatedAt, 3, 'UTC'), toInt64OrNull(row.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL), 'Nullable(DateTime64(6, \'UTC\'))'))) AS updated,
            row.deleted IN ('true', '1') AS isDeleted,
            (row.metric != '') AND (length(row.metric) <= 256) AND (at IS NOT NULL) AND ((toYear(at) >= 2000) AND (toYear(at) <= 2100)) AS hasPlace
        FROM sluice.csr_metrics_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), row.id = '', 'id is missing', multiIf(length(row.id) > 256, 'is longer than 256 bytes', (startsWith(row.id, '{') OR startsWith(row.id, '[')) AND isValidJSON(row.id), 'is not a string', '') != '', concat('id ', multiIf(length(row.id) > 256, 'is longer than 256 bytes', (startsWith(row.id, '{') OR startsWith(row.id, '[')) AND isValidJSON(row.id), 'is not a string', '')), (row.deleted NOT IN ('', 'true', 'false', '1', '0')), concat('deleted is not a boolean: ', concat('"', substringUTF8(row.deleted, 1, 64), if(lengthUTF8(row.deleted) > 64, '…', ''), '"')), (row.updatedAt != '') AND (updated IS NULL), concat('updatedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(row.updatedAt, 1, 64), if(lengthUTF8(row.updatedAt) > 64, '…', ''), '"')), isDeleted AND (updated IS NULL), 'updatedAt is missing', (row.updatedAt != '') AND ((toYear(updated) < 2000) OR (toYear(updated) > 2100)), concat('updatedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(row.updatedAt, 1, 64), if(lengthUTF8(row.updatedAt) > 64, '…', ''), '"')), isDeleted, '', multiIf(length(row.userId) > 256, 'is longer than 256 bytes', (startsWith(row.userId, '{') OR startsWith(row.userId, '[')) AND isValidJSON(row.userId), 'is not a string', '') != '', concat('userId ', multiIf(length(row.userId) > 256, 'is longer than 256 bytes', (startsWith(row.userId, '{') OR startsWith(row.userId, '[')) AND isValidJSON(row.userId), 'is not a string', '')), row.metric = '', 'metric is missing', multiIf(length(row.metric) > 256, 'is longer than 256 bytes', (startsWith(row.metric, '{') OR startsWith(row.metric, '[')) AND isValidJSON(row.metric), 'is not a string', '') != '', concat('metric ', multiIf(length(row.metric) > 256, 'is longer than 256 bytes', (startsWith(row.metric, '{') OR startsWith(row.metric, '[')) AND isValidJSON(row.metric), 'is not a string', '')), row.value = '', 'value is missing', match(row.value, '^-?[0-9]') AND ifNull(isInfinite(toFloat64OrNull(row.value)), 0), concat('value is beyond a number of 64 bits: ', concat('"', substringUTF8(row.value, 1, 64), if(lengthUTF8(row.value) > 64, '…', ''), '"')), NOT ifNull(isFinite(toFloat64OrNull(row.value)), 0), concat('value is not a number: ', concat('"', substringUTF8(row.value, 1, 64), if(lengthUTF8(row.value) > 64, '…', ''), '"')), row.periodStart = '', 'periodStart is missing', at IS NULL, concat('periodStart is not an ISO 8601 date-time: ', concat('"', substringUTF8(row.periodStart, 1, 64), if(lengthUTF8(row.periodStart) > 64, '…', ''), '"')), (toYear(at) < 2000) OR (toYear(at) > 2100), concat('periodStart is not in the years 2000 to 2100: ', concat('"', substringUTF8(row.periodStart, 1, 64), if(lengthUTF8(row.periodStart) > 64, '…', ''), '"')), '') AS reason,
    ifNull(toUUIDOrNull(row.id), reinterpretAsUUID(sipHash128(row.id))) AS id,
    if(hasPlace, row.metric, '') AS metric,
    if(hasPlace, toDate(assumeNotNull(at), 'UTC'), toDate(0)) AS day,
    row.userId AS user_id,
    toFloat64OrZero(row.value) AS value,
    assumeNotNull(at) AS period_start,
    assumeNotNull(updated) AS updated_at,
    isDeleted AS deleted
FROM extracted;

CREATE TABLE sluice.csr_places
(
    `tenant_id` String,
    `kind` LowCardinality(String),
    `id` UUID,
    `name` String,
    `day` Date,
    `latest` SimpleAggregateFunction(max, Tuple(
        updated_at DateTime64(6, 'UTC'),
        seen_at DateTime64(3, 'UTC'))),
    `seen_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    INDEX recent seen_at TYPE minmax GRANULARITY 1
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, kind, id, name, day)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_places_journey_mv TO sluice.csr_places
(
    `tenant_id` String,
    `kind` String,
    `id` UUID,
    `name` String,
    `day` Date,
    `latest` Tuple(
        updated_at DateTime64(6, 'UTC'),
        seen_at DateTime64(3, 'UTC')),
    `seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'csr_journey' AS kind,
    id,
    stage AS name,
    day,
    CAST((updated_at, now64(3)), 'Tuple(updated_at DateTime64(6, \'UTC\'), seen_at DateTime64(3, \'UTC\'))') AS latest,
    latest.seen_at AS seen_at
FROM sluice.csr_journey_parsed
WHERE reason = '';

CREATE MATERIALIZED VIEW sluice.csr_places_metrics_mv TO sluice.csr_places
(
    `tenant_id` String,
    `kind` String,
    `id` UUID,
    `name` String,
    `day` Date,
    `latest` Tuple(
        updated_at DateTime64(6, 'UTC'),
        seen_at DateTime64(3, 'UTC')),
    `seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'csr_metrics' AS kind,
    id,
    metric AS name,
    day,
    CAST((updated_at, now64(3)), 'Tuple(updated_at DateTime64(6, \'UTC\'), seen_at DateTime64(3, \'UTC\'))') AS latest,
    latest.seen_at AS seen_at
FROM sluice.csr_metrics_parsed
WHERE reason = '';

CREATE MATERIALIZED VIEW sluice.csr_places_scores_mv TO sluice.csr_places
(
    `tenant_id` String,
    `kind` String,
    `id` UUID,
    `name` String,
    `day` Date,
    `latest` Tuple(
        updated_at DateTime64(6, 'UTC'),
        seen_at DateTime64(3, 'UTC')),
    `seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'csr_scores' AS kind,
    id,
    dimension AS name,
    day,
    CAST((updated_at, now64(3)), 'Tuple(updated_at DateTime64(6, \'UTC\'), seen_at DateTime64(3, \'UTC\'))') AS latest,
    latest.seen_at AS seen_at
FROM sluice.csr_scores_parsed
WHERE reason = '';

CREATE TABLE sluice.csr_program_performance
(
    `tenant_id` String,
    `program_id` String,
    `dimension` String,
    `users` UInt64,
    `completed` UInt64,
    `scores` UInt64,
    `mean` Float64,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, program_id, dimension)
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_program_performance_refresh
REFRESH EVERY 15 MINUTE TO sluice.csr_program_performance
(
    `tenant_id` String,
    `program_id` String,
    `dimension` String,
    `users` UInt64,
    `completed` UInt64,
    `scores` UInt64,
    `mean` Float64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    program_id,
    dimension,
    uniqExact(user_hash) AS users,
    0 AS completed,
    count() AS scores,
    avg(score) AS mean,
    now64(3) AS computed_at
FROM sluice.csr_scores
FINAL
WHERE program_id != ''
GROUP BY
    tenant_id,
    program_id,
    dimension
UNION ALL
SELECT
    tenant_id,
    program_id,
    '' AS dimension,
    count() AS users,
    countIf(has_completed) AS completed,
    0 AS scores,
    0 AS mean,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        program_id,
        user_hash,
        countIf(stage = 'completed') > 0 AS has_completed
    FROM sluice.csr_journey
    FINAL
    WHERE (program_id != '') AND (stage IN ('enrolled', 'completed'))
    GROUP BY
        tenant_id,
        program_id,
        user_hash
    HAVING countIf(stage = 'enrolled') > 0
)
GROUP BY
    tenant_id,
    program_id;

CREATE TABLE sluice.csr_score_changes
(
    `tenant_id` String,
    `granularity` LowCardinality(String),
    `dimension` String,
    `bucket` Date,
    `changed_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    `rolled_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, granularity, dimension, bucket)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_score_changes_mv TO sluice.csr_score_changes
(
    `tenant_id` String,
    `granularity` String,
    `dimension` String,
    `bucket` Date,
    `changed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    granularity,
    dimension,
    multiIf(granularity = 'day', day, granularity = 'week', toMonday(day), toStartOfMonth(day)) AS bucket,
    now64(3) AS changed_at
FROM
(
    SELECT DISTINCT
        tenant_id,
        dimension,
        day
    FROM sluice.csr_scores
)
ARRAY JOIN ['day', 'week', 'month'] AS granularity
GROUP BY
    tenant_id,
    granularity,
    dimension,
    bucket;

CREATE MATERIALIZED VIEW sluice.csr_score_changes_refresh
REFRESH EVERY 1 MINUTE DEPENDS ON sluice.csr_scores_rollup_refresh APPEND TO sluice.csr_score_changes
(
    `tenant_id` String,
    `granularity` LowCardinality(String),
    `dimension` String,
    `bucket` Date,
    `rolled_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    granularity,
    dimension,
    bucket,
    max(computed_at) AS rolled_at
FROM sluice.csr_scores_rollup
WHERE computed_at > (now() - toIntervalMinute(10))
GROUP BY
    tenant_id,
    granularity,
    dimension,
    bucket
HAVING (tenant_id, granularity, dimension, bucket, max(computed_at)) NOT IN (
    SELECT
        tenant_id,
        granularity,
        dimension,
        bucket,
        csr_score_changes.rolled_at
    FROM sluice.csr_score_changes
    WHERE csr_score_changes.rolled_at > (now() - toIntervalMinute(11))
);

CREATE TABLE sluice.csr_scores
(
    `tenant_id` String,
    `id` UUID,
    `dimension` String,
    `day` Date,
    `user_id` String CODEC(ZSTD(1)),
    `program_id` String,
    `location` String,
    `demographic` String,
    `text_type` String,
    `score` Float64,
    `created_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `updated_at` DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `user_hash` UInt64 MATERIALIZED sipHash64(user_id) CODEC(NONE)
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant_id, dimension, day, id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE TABLE sluice.csr_scores_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_scores_json_odd_mv TO sluice.csr_scores_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.csr_scores_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.csr_scores_json_plain_mv TO sluice.csr_scores_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.csr_scores_landing
WHERE plain;

CREATE TABLE sluice.csr_scores_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "s1", "userId": "u1", "programId": "buddy", "dimension": "confidence", "score": 0.5, "createdAt": "2026-11-20T10:00:00Z"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_scores_moved_mv TO sluice.csr_scores
(
    `tenant_id` String,
    `id` UUID,
    `dimension` String,
    `day` Date,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            name,
            day,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at
        FROM sluice.csr_places
        WHERE (kind = 'csr_scores') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.csr_scores_parsed
            WHERE reason = ''
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            dimension AS name,
            day,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.csr_scores_parsed
        WHERE reason = ''
    ),
    out_of_date AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax((name, day), (updated_at, seen_at)) AS place,
            arrayJoin(arrayFilter(other -> ((other != place) AND ((other.1) != '')), groupUniqArray((name, day)))) AS old_place
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT
    out_of_date.tenant_id AS tenant_id,
    out_of_date.id AS id,
    out_of_date.old_place.1 AS dimension,
    out_of_date.old_place.2 AS day,
    out_of_date.newest AS updated_at,
    true AS deleted
FROM
(
    SELECT DISTINCT
        tenant_id,
        id
    FROM sluice.csr_scores_parsed
    WHERE reason = ''
) AS landed
INNER JOIN out_of_date ON (out_of_date.tenant_id = landed.tenant_id) AND (out_of_date.id = landed.id);

CREATE MATERIALIZED VIEW sluice.csr_scores_moved_refresh
REFRESH EVERY 1 MINUTE APPEND TO sluice.csr_scores
(
    `tenant_id` String,
    `id` UUID,
    `dimension` String,
    `day` Date,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    out_of_date AS
    (
        SELECT
            tenant_id,
            id,
            max(latest.updated_at) AS newest,
            argMax((name, day), latest) AS place,
            groupUniqArray((name, day)) AS places
        FROM sluice.csr_places
        WHERE (kind = 'csr_scores') AND (seen_at > (now() - toIntervalMinute(3)))
        GROUP BY
            tenant_id,
            id
        HAVING length(places) > 1
    )
SELECT
    tenant_id,
    id,
    old_place.1 AS dimension,
    old_place.2 AS day,
    newest AS updated_at,
    true AS deleted
FROM out_of_date
ARRAY JOIN arrayFilter(other -> ((other != place) AND ((other.1) != '')), places) AS old_place
SETTINGS optimize_aggregation_in_order = 1;

CREATE MATERIALIZED VIEW sluice.csr_scores_mv TO sluice.csr_scores
(
    `tenant_id` String,
    `id` UUID,
    `dimension` String,
    `day` Date,
    `user_id` String,
    `program_id` String,
    `location` String,
    `demographic` String,
    `text_type` String,
    `score` Float64,
    `created_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
AS SELECT
    tenant_id,
    id,
    dimension,
    day,
    user_id,
    program_id,
    location,
    demographic,
    text_type,
    score,
    created_at,
    updated_at,
    deleted
FROM sluice.csr_scores_parsed
WHERE (reason = '') AND (dimension != '');

CREATE TABLE sluice.csr_scores_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_scores_odd_mv TO sluice.csr_scores_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.csr_scores_landing
WHERE NOT plain;

CREATE TABLE sluice.csr_scores_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `dimension` String,
    `day` Date,
    `user_id` String,
    `program_id` String,
    `location` String,
    `demographic` String,
    `text_type` String,
    `score` Float64,
    `created_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.csr_scores_parsed_mv TO sluice.csr_scores_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `dimension` String,
    `day` Date,
    `user_id` String,
    `program_id` String,
    `location` String,
    `demographic` String,
    `text_type` String,
    `score` Float64,
    `created_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` UInt8
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(json = line, '', position(row.id, '﷐') > 0, 'id', position(row.userId, '﷐') > 0, 'userId', position(row.programId, '﷐') > 0, 'programId', position(row.location, '﷐') > 0, 'location', position(row.demographic, '﷐') > 0, 'demographic', position(row.dimension, '﷐') > 0, 'dimension', position(row.textType, '﷐') > 0, 'textType', '') AS halfPairField,
            JSONExtract(json, 'Tuple(\n                    id String, userId String, programId String, location String, demographic String,\n                    dimension String, textType String, score String,\n                    createdAt String, updatedAt String, deleted String)') AS row,
            multiIf(match(row.createdAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.createdAt, 3, 'UTC'), toInt64OrNull(row.createdAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.createdAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS at,
            if(row.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), if((toInt64OrNull(row.updatedAt) IS NULL) AND (multiIf(match(row.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.updatedAt, 3, 'UTC'), toInt64OrNull(row.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) IS NOT NULL), parseDateTime64BestEffortOrNull(row.updatedAt, 6, 'UTC'), CAST(multiIf(match(row.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(row.updatedAt, 3, 'UTC'), toInt64OrNull(row.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(row.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL), 'Nullable(DateTime64(6, \'UTC\'))'))) AS updated,
            row.deleted IN ('true', '1') AS isDeleted,
            (row.dimension != '') AND (length(row.dimension) <= 256) AND (at IS NOT NULL) AND ((toYear(at) >= 2000) AND (toYear(at) <= 2100)) AS hasPlace
        FROM sluice.csr_scores_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), row.id = '', 'id is missing', multiIf(length(row.id) > 256, 'is longer than 256 bytes', (startsWith(row.id, '{') OR startsWith(row.id, '[')) AND isValidJSON(row.id), 'is not a string', '') != '', concat('id ', multiIf(length(row.id) > 256, 'is longer than 256 bytes', (startsWith(row.id, '{') OR startsWith(row.id, '[')) AND isValidJSON(row.id), 'is not a string', '')), (row.deleted NOT IN ('', 'true', 'false', '1', '0')), concat('deleted is not a boolean: ', concat('"', substringUTF8(row.deleted, 1, 64), if(lengthUTF8(row.deleted) > 64, '…', ''), '"')), (row.updatedAt != '') AND (updated IS NULL), concat('updatedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(row.updatedAt, 1, 64), if(lengthUTF8(row.updatedAt) > 64, '…', ''), '"')), isDeleted AND (updated IS NULL), 'updatedAt is missing', (row.updatedAt != '') AND ((toYear(updated) < 2000) OR (toYear(updated) > 2100)), concat('updatedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(row.updatedAt, 1, 64), if(lengthUTF8(row.updatedAt) > 64, '…', ''), '"')), isDeleted, '', row.userId = '', 'userId is missing', multiIf(length(row.userId) > 256, 'is longer than 256 bytes', (startsWith(row.userId, '{') OR startsWith(row.userId, '[')) AND isValidJSON(row.userId), 'is not a string', '') != '', concat('userId ', multiIf(length(row.userId) > 256, 'is longer than 256 bytes', (startsWith(row.userId, '{') OR startsWith(row.userId, '[')) AND isValidJSON(row.userId), 'is not a string', '')), multiIf(length(row.programId) > 256, 'is longer than 256 bytes', (startsWith(row.programId, '{') OR startsWith(row.programId, '[')) AND isValidJSON(row.programId), 'is not a string', '') != '', concat('programId ', multiIf(length(row.programId) > 256, 'is longer than 256 bytes', (startsWith(row.programId, '{') OR startsWith(row.programId, '[')) AND isValidJSON(row.programId), 'is not a string', '')), multiIf(length(row.location) > 256, 'is longer than 256 bytes', (startsWith(row.location, '{') OR startsWith(row.location, '[')) AND isValidJSON(row.location), 'is not a string', '') != '', concat('location ', multiIf(length(row.location) > 256, 'is longer than 256 bytes', (startsWith(row.location, '{') OR startsWith(row.location, '[')) AND isValidJSON(row.location), 'is not a string', '')), multiIf(length(row.demographic) > 256, 'is longer than 256 bytes', (startsWith(row.demographic, '{') OR startsWith(row.demographic, '[')) AND isValidJSON(row.demographic), 'is not a string', '') != '', concat('demographic ', multiIf(length(row.demographic) > 256, 'is longer than 256 bytes', (startsWith(row.demographic, '{') OR startsWith(row.demographic, '[')) AND isValidJSON(row.demographic), 'is not a string', '')), row.dimension = '', 'dimension is missing', multiIf(length(row.dimension) > 256, 'is longer than 256 bytes', (startsWith(row.dimension, '{') OR startsWith(row.dimension, '[')) AND isValidJSON(row.dimension), 'is not a string', '') != '', concat('dimension ', multiIf(length(row.dimension) > 256, 'is longer than 256 bytes', (startsWith(row.dimension, '{') OR startsWith(row.dimension, '[')) AND isValidJSON(row.dimension), 'is not a string', '')), multiIf(length(row.textType) > 256, 'is longer than 256 bytes', (startsWith(row.textType, '{') OR startsWith(row.textType, '[')) AND isValidJSON(row.textType), 'is not a string', '') != '', concat('textType ', multiIf(length(row.textType) > 256, 'is longer than 256 bytes', (startsWith(row.textType, '{') OR startsWith(row.textType, '[')) AND isValidJSON(row.textType), 'is not a string', '')), row.score = '', 'score is missing', NOT ifNull((toFloat64OrNull(row.score) >= 0) AND (toFloat64OrNull(row.score) <= 1), 0), concat('score is not a number from 0 to 1: ', concat('"', substringUTF8(row.score, 1, 64), if(lengthUTF8(row.score) > 64, '…', ''), '"')), row.createdAt = '', 'createdAt is missing', at IS NULL, concat('createdAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(row.createdAt, 1, 64), if(lengthUTF8(row.createdAt) > 64, '…', ''), '"')), (toYear(at) < 2000) OR (toYear(at) > 2100), concat('createdAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(row.createdAt, 1, 64), if(lengthUTF8(row.createdAt) > 64, '…', ''), '"')), '') AS reason,
    ifNull(toUUIDOrNull(row.id), reinterpretAsUUID(sipHash128(row.id))) AS id,
    if(hasPlace, row.dimension, '') AS dimension,
    if(hasPlace, toDate(assumeNotNull(at), 'UTC'), toDate(0)) AS day,
    row.userId AS user_id,
    row.programId AS program_id,
    row.location AS location,
    row.demographic AS demographic,
    row.textType AS text_type,
    toFloat64OrZero(row.score) AS score,
    assumeNotNull(at) AS created_at,
    assumeNotNull(updated) AS updated_at,
    isDeleted AS deleted
FROM extracted;

CREATE TABLE sluice.csr_scores_rollup
(
    `tenant_id` String,
    `granularity` LowCardinality(String),
    `dimension` String,
    `bucket` Date,
    `program_id` String,
    `location` String,
    `demographic` String,
    `scores` UInt64,
    `score_sum` Float64,
    `score_squares` Float64,
    `score_min` Float64,
    `score_max` Float64,
    `computed_at` DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(bucket)
ORDER BY (tenant_id, granularity, dimension, bucket, program_id, location, demographic)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.csr_scores_rollup_refresh
REFRESH EVERY 1 MINUTE APPEND TO sluice.csr_scores_rollup
(
    `tenant_id` String,
    `granularity` String,
    `dimension` String,
    `bucket` Date,
    `program_id` String,
    `location` String,
    `demographic` String,
    `scores` UInt64,
    `score_sum` Float64,
    `score_squares` Float64,
    `score_min` Float64,
    `score_max` Float64,
    `computed_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    settled AS
    (
        SELECT
            tenant_id,
            granularity,
            dimension,
            bucket
        FROM sluice.csr_score_changes
        GROUP BY
            tenant_id,
            granularity,
            dimension,
            bucket
        HAVING (max(changed_at) < (toStartOfMinute(now()) - toIntervalMinute(1))) AND (max(rolled_at) <= (max(changed_at) + toIntervalMinute(1)))
    ),
    days AS
    (
        SELECT
            tenant_id,
            dimension,
            day,
            program_id,
            location,
            demographic,
            count() AS scores,
            sum(score) AS score_sum,
            sum(score * score) AS score_squares,
            min(score) AS score_min,
            max(score) AS score_max
        FROM sluice.csr_scores
        FINAL
        WHERE (tenant_id, dimension, day) IN (
            SELECT DISTINCT
                tenant_id,
                dimension,
                bucket + arrayJoin(range(toUInt16(multiIf(granularity = 'day', bucket + 1, granularity = 'week', bucket + 7, toDate(addMonths(bucket, 1))) - bucket)))
            FROM settled
        )
        GROUP BY
            tenant_id,
            dimension,
            day,
            program_id,
            location,
            demographic
    )
SELECT
    tenant_id,
    granularity,
    dimension,
    bucket,
    program_id,
    location,
    demographic,
    sum(group_scores) AS scores,
    sum(group_sum) AS score_sum,
    sum(group_squares) AS score_squares,
    min(group_min) AS score_min,
    max(group_max) AS score_max,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM
(
    SELECT
        tenant_id,
        granularity,
        dimension,
        multiIf(granularity = 'day', day, granularity = 'week', toMonday(day), toStartOfMonth(day)) AS bucket,
        program_id,
        location,
        demographic,
        scores AS group_scores,
        score_sum AS group_sum,
        score_squares AS group_squares,
        score_min AS group_min,
        score_max AS group_max
    FROM days
    ARRAY JOIN ['day', 'week', 'month'] AS granularity
    WHERE (tenant_id, granularity, dimension, bucket) IN (
        SELECT
            tenant_id,
            granularity,
            dimension,
            bucket
        FROM settled
    )
    UNION ALL
    SELECT
        tenant_id,
        granularity,
        dimension,
        bucket,
        program_id,
        location,
        demographic,
        0,
        0,
        0,
        1,
        0
    FROM sluice.csr_scores_rollup
    WHERE (tenant_id, granularity, dimension, bucket) IN (
        SELECT
            tenant_id,
            granularity,
            dimension,
            bucket
        FROM settled
    )
    UNION ALL
    SELECT
        tenant_id,
        granularity,
        dimension,
        bucket,
        '',
        '',
        '',
        0,
        0,
        0,
        1,
        0
    FROM settled
)
GROUP BY
    tenant_id,
    granularity,
    dimension,
    bucket,
    program_id,
    location,
    demographic;

CREATE TABLE sluice.dead_letter_replays
(
    `tenant_id` String,
    `letter_id` UUID,
    `replayed_at` DateTime64(3, 'UTC'),
    `outcome` LowCardinality(String) COMMENT 'landed or refused',
    `reason` String COMMENT 'Why it was refused again'
)
ENGINE = ReplacingMergeTree(replayed_at)
PARTITION BY toYYYYMM(replayed_at)
ORDER BY (tenant_id, letter_id)
TTL toDateTime(replayed_at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 8192;

CREATE TABLE sluice.etl_job_log
(
    `view` LowCardinality(String),
    `started_at` DateTime64(3, 'UTC'),
    `query_id` String,
    `duration_ms` UInt64,
    `rows_read` UInt64,
    `rows_written` UInt64,
    `memory_bytes` UInt64,
    `error` String COMMENT 'Empty when it ended well'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(started_at)
ORDER BY (started_at, view, query_id)
TTL toDateTime(started_at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 8192
COMMENT 'access: operator';

CREATE MATERIALIZED VIEW sluice.etl_job_log_refresh
REFRESH EVERY 30 SECOND SETTINGS refresh_retries = 20, refresh_retry_initial_backoff_ms = 1000, refresh_retry_max_backoff_ms = 10000 APPEND TO sluice.etl_job_log
(
    `view` String,
    `started_at` DateTime64(3, 'UTC'),
    `query_id` String,
    `duration_ms` UInt64,
    `rows_read` UInt64,
    `rows_written` UInt64,
    `memory_bytes` UInt64,
    `error` String
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    extract(log_comment, '^refresh of \\w+\\.(warehouse_\\w+)$') AS view,
    toDateTime64(query_start_time_microseconds, 3, 'UTC') AS started_at,
    query_id,
    query_duration_ms AS duration_ms,
    read_rows AS rows_read,
    written_rows AS rows_written,
    toUInt64(greatest(memory_usage, 0)) AS memory_bytes,
    substringUTF8(replaceRegexpOne(replaceRegexpOne(exception, '(?s)(: (while|While) executing|: In scope |\\. Stack trace| \\(version ).*$', ''), '^Code: [0-9]+\\. DB::Exception: ', ''), 1, 300) AS error
FROM system.query_log
WHERE (type != 'QueryStart') AND (query_kind = 'Insert') AND (view != '') AND ((event_date + 1) >= toDate((
    SELECT max(etl_job_log.started_at)
    FROM sluice.etl_job_log
))) AND (event_time >= ((
    SELECT max(etl_job_log.started_at)
    FROM sluice.etl_job_log
) - toIntervalHour(1))) AND (query_id NOT IN (
    SELECT etl_job_log.query_id
    FROM sluice.etl_job_log
    WHERE etl_job_log.started_at >= ((
        SELECT max(etl_job_log.started_at)
        FROM sluice.etl_job_log
    ) - toIntervalDay(2))
));

CREATE TABLE sluice.etl_table_state
(
    `view` LowCardinality(String),
    `table_name` LowCardinality(String),
    `stored_rows` UInt64 COMMENT 'Of all tenants, and with those that newer ones have replaced',
    `upstreams` Array(String) COMMENT 'Views that it depends on, directly or not',
    `status` LowCardinality(String) COMMENT 'As the engine calls it: Scheduled, Running, WaitingForDependencies, …',
    `next_run_at` DateTime('UTC') COMMENT '1970 while it waits for another',
    `error` String COMMENT 'What went wrong in the last run, empty when nothing did',
    `observed_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(observed_at)
ORDER BY view
SETTINGS index_granularity = 8192
COMMENT 'access: operator';

CREATE MATERIALIZED VIEW sluice.etl_table_state_refresh
REFRESH EVERY 1 MINUTE OFFSET 15 SECOND APPEND TO sluice.etl_table_state
(
    `view` String,
    `table_name` String,
    `stored_rows` UInt64,
    `upstreams` Array(String),
    `status` String,
    `next_run_at` DateTime('UTC'),
    `error` String,
    `observed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    (
        SELECT CAST((groupArray(name), groupArray(arrayMap(each -> replaceOne(each, concat(database, '.'), ''), splitByString(', ', extract(create_table_query, ' DEPENDS ON (.*?) (?:APPEND )?TO '))))), 'Map(String, Array(String))')
        FROM system.tables
        WHERE (database = currentDatabase()) AND (engine = 'MaterializedView') AND startsWith(name, 'warehouse_') AND endsWith(name, '_refresh')
    ) AS graph,
    targets AS
    (
        SELECT
            name AS view,
            extract(create_table_query, ' TO (?:\\w+\\.)(\\w+)') AS target
        FROM system.tables
        WHERE (database = currentDatabase()) AND (engine = 'MaterializedView') AND startsWith(name, 'warehouse_') AND endsWith(name, '_refresh')
    ),
    stored AS
    (
        SELECT
            name,
            total_rows
        FROM system.tables
        WHERE (database = currentDatabase()) AND startsWith(name, 'warehouse_')
    )
SELECT
    refreshes.view AS view,
    targets.target AS table_name,
    ifNull(stored.total_rows, 0) AS stored_rows,
    arraySort(arrayFilter(each -> (each != ''), arrayFold((known, step) -> arrayDistinct(arrayConcat(known, arrayFlatten(arrayMap(each -> (graph[each]), known)))), range(8), graph[refreshes.view]))) AS upstreams,
    refreshes.status AS status,
    toDateTime(ifNull(refreshes.next_refresh_time, toDateTime(0)), 'UTC') AS next_run_at,
    substringUTF8(replaceRegexpOne(replaceRegexpOne(refreshes.exception, '(?s)(: (while|While) executing|: In scope |\\. Stack trace| \\(version ).*$', ''), '^Code: [0-9]+\\. DB::Exception: ', ''), 1, 300) AS error,
    now64(3) AS observed_at
FROM system.view_refreshes AS refreshes
INNER JOIN targets ON targets.view = refreshes.view
LEFT JOIN stored ON stored.name = targets.target
WHERE refreshes.database = currentDatabase();

CREATE TABLE sluice.etl_watermarks
(
    `view` LowCardinality(String),
    `watermark` DateTime64(3, 'UTC'),
    `noted_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(noted_at)
ORDER BY view
SETTINGS index_granularity = 8192
COMMENT 'access: operator';

CREATE MATERIALIZED VIEW sluice.etl_watermarks_refresh
REFRESH EVERY 1 MINUTE OFFSET 15 SECOND APPEND TO sluice.etl_watermarks
(
    `view` String,
    `watermark` DateTime64(3, 'UTC'),
    `noted_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    runs AS
    (
        SELECT
            view,
            toDateTime64(assumeNotNull(last_success_time), 3, 'UTC') - toIntervalMillisecond(ifNull(last_success_duration_ms, 0)) AS began_at
        FROM system.view_refreshes
        WHERE (database = currentDatabase()) AND startsWith(view, 'warehouse_') AND (last_success_time IS NOT NULL)
    ),
    notes AS
    (
        SELECT
            view,
            max(noted_at) AS noted_last
        FROM sluice.etl_watermarks
        GROUP BY view
    )
SELECT
    runs.view AS view,
    runs.began_at AS watermark,
    now64(3) AS noted_at
FROM runs
LEFT JOIN notes ON notes.view = runs.view
WHERE runs.began_at > notes.noted_last;

CREATE TABLE sluice.gateway_instances
(
    `instance` UUID,
    `seen_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(seen_at)
ORDER BY instance
TTL toDateTime(seen_at) + toIntervalDay(1)
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.gateway_requests
(
    `at` DateTime64(3, 'UTC') COMMENT 'When the request came' CODEC(Delta(8), ZSTD(1)),
    `request_id` UUID,
    `tenant_id` String COMMENT 'Empty when the credential was refused',
    `subject` String COMMENT 'The token\'s sub, or key:<id of the API key>',
    `method` LowCardinality(String),
    `path` String COMMENT 'Without the query string',
    `query` LowCardinality(String) COMMENT 'Name of the query, if it was one',
    `parameters_hash` UInt64 COMMENT 'Equal for equal parameters; 0 when there are none',
    `status` UInt16,
    `problem` LowCardinality(String) COMMENT 'Slug of the problem type, if it was one',
    `cache` LowCardinality(String) COMMENT 'hit, miss, stale, bypass or empty',
    `duration_ms` Float32 COMMENT 'Until the last byte was handed to the connection',
    `clickhouse_ms` Float32 COMMENT 'access: operator',
    `rows_read` UInt64 COMMENT 'access: operator',
    `bytes_read` UInt64 COMMENT 'access: operator',
    `bytes_sent` UInt64 COMMENT 'Of the body, before compression by a proxy',
    `instance` UUID COMMENT 'The gateway that answered',
    `rows_told` UInt64 MATERIALIZED if(rows_read = 0, 0, toUInt64(1000000 * exp2(2 * ceil(greatest(log2(rows_read / 1000000), 0) / 2)))) COMMENT 'Rounded up to 1, 4, 16 … million',
    `bytes_told` UInt64 MATERIALIZED if(bytes_read = 0, 0, toUInt64(16000000 * exp2(2 * ceil(greatest(log2(bytes_read / 16000000), 0) / 2)))) COMMENT 'Rounded up to 16, 64, 256 … million',
    INDEX at at TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tenant_id, at)
TTL toDateTime(at) + toIntervalDay(90)
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1, index_granularity = 8192;

CREATE TABLE sluice.idempotency_keys
(
    `tenant_id` String,
    `stream` LowCardinality(String),
    `key` String,
    `state` Enum8('started' = 1, 'failed' = 2, 'done' = 3),
    `fingerprint` String COMMENT 'SHA-256 of the body, hexadecimal; empty while it is not known',
    `answer` String COMMENT 'The answer, as sent',
    `updated_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
PARTITION BY toYYYYMMDD(updated_at)
ORDER BY (tenant_id, stream, key)
TTL toDateTime(updated_at) + toIntervalDay(1)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 8192
COMMENT 'access: gateway';

CREATE TABLE sluice.kafka_consumers
(
    `server` LowCardinality(String),
    `table_name` LowCardinality(String),
    `consumer` String COMMENT 'Its id in the group; empty until it has joined',
    `partitions` Array(Tuple(
        topic String,
        partition Int32,
        offset Nullable(Int64),
        lag Nullable(Int64))) COMMENT 'What it reads: the next offset to be stored, and how many messages are after that; NULL when not known',
    `connected` Bool COMMENT 'Whether a broker answers it',
    `messages` UInt64 COMMENT 'Read since it began',
    `polled_at` DateTime('UTC') COMMENT '1970 for never',
    `committed_at` DateTime('UTC') COMMENT 'When messages were last stored; 1970 for never',
    `error` String COMMENT 'What went wrong last, without names of hosts or secrets; empty when nothing did',
    `failed_at` DateTime('UTC') COMMENT 'When that was',
    `observed_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(observed_at)
ORDER BY (server, table_name, consumer)
TTL toDateTime(observed_at) + toIntervalDay(1)
SETTINGS index_granularity = 8192
COMMENT 'access: operator';

CREATE TABLE sluice.live_events
(
    `tenant_id` String,
    `at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `type` LowCardinality(String),
    `data` String COMMENT 'A JSON object',
    `cause` String COMMENT 'What made it happen, such as the run of a sync'
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (tenant_id, at)
TTL toDateTime(at) + toIntervalDay(2)
SETTINGS ttl_only_drop_parts = 1, enable_block_number_column = 1, enable_block_offset_column = 1, add_minmax_index_for_block_number_column = 1, non_replicated_deduplication_window = 1000, index_granularity = 8192
COMMENT 'access: gateway';

CREATE MATERIALIZED VIEW sluice.live_events_journey_mv TO sluice.live_events
(
    `tenant_id` String,
    `type` String,
    `data` String
)
AS SELECT
    tenant_id,
    'journey_flag_updated' AS type,
    toJSONString(CAST((stage, uniqExact(user_id), min(day), max(day)), 'Tuple(stage String, users UInt64, firstDay Date, lastDay Date)')) AS data
FROM sluice.csr_journey_parsed
WHERE (reason = '') AND (stage != '')
GROUP BY
    tenant_id,
    stage;

CREATE MATERIALIZED VIEW sluice.live_events_metrics_mv TO sluice.live_events
(
    `tenant_id` String,
    `type` String,
    `data` String
)
AS SELECT
    tenant_id,
    multiIf(metric = 'sroi', 'sroi_updated', metric = 'vis', 'vis_updated', 'metric_updated') AS type,
    toJSONString(CAST((metric, count(), min(day), max(day), argMaxIf(toNullable(value), (period_start, updated_at), (user_id = '') AND (NOT deleted))), 'Tuple(metric String, rows UInt64, firstDay Date, lastDay Date, value Nullable(Float64))')) AS data
FROM sluice.csr_metrics_parsed
WHERE (reason = '') AND (metric != '')
GROUP BY
    tenant_id,
    metric;

CREATE MATERIALIZED VIEW sluice.live_events_scores_mv TO sluice.live_events
(
    `tenant_id` String,
    `type` String,
    `data` String
)
AS SELECT
    tenant_id,
    'score_updated' AS type,
    toJSONString(CAST((dimension, count(), min(day), max(day)), 'Tuple(dimension String, rows UInt64, firstDay Date, lastDay Date)')) AS data
FROM sluice.csr_scores_parsed
WHERE (reason = '') AND (dimension != '')
GROUP BY
    tenant_id,
    dimension;

CREATE TABLE sluice.outreach_events
(
    `id` UUID,
    `tenant_id` String,
    `event_type` LowCardinality(String),
    `entity_type` LowCardinality(String),
    `entity_id` String CODEC(ZSTD(1)),
    `channel` LowCardinality(String),
    `contact_id` String CODEC(ZSTD(1)),
    `user_id` String CODEC(ZSTD(1)),
    `source_type` String,
    `source_id` String CODEC(ZSTD(1)),
    `campaign_id` String,
    `workflow_id` String,
    `sequence_id` String,
    `template_id` String,
    `metadata` String CODEC(ZSTD(1)),
    `occurred_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `ingested_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `step_number` Nullable(UInt32) CODEC(ZSTD(1)),
    `entity_hash` UInt64 MATERIALIZED sipHash64(entity_id) CODEC(NONE),
    `contact_hash` UInt64 MATERIALIZED sipHash64(contact_id) CODEC(NONE),
    INDEX channels channel TYPE set(8) GRANULARITY 4,
    INDEX entities entity_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX campaigns campaign_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX contacts contact_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, event_type, occurred_at)
ORDER BY (tenant_id, event_type, occurred_at, id)
TTL toDateTime(occurred_at) + toIntervalYear(2)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.outreach_events_mv TO sluice.outreach_events
(
    `id` UUID,
    `tenant_id` String,
    `event_type` LowCardinality(String),
    `entity_type` LowCardinality(String),
    `entity_id` String,
    `channel` LowCardinality(String),
    `contact_id` String,
    `user_id` String,
    `source_type` String,
    `source_id` String,
    `campaign_id` String,
    `workflow_id` String,
    `sequence_id` String,
    `template_id` String,
    `metadata` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `ingested_at` DateTime64(3, 'UTC'),
    `step_number` Nullable(UInt32)
)
AS SELECT
    id,
    tenant_id,
    event_type,
    entity_type,
    entity_id,
    channel,
    contact_id,
    user_id,
    source_type,
    source_id,
    campaign_id,
    workflow_id,
    sequence_id,
    template_id,
    metadata,
    occurred_at,
    received_at AS ingested_at,
    step_number
FROM sluice.outreach_parsed
WHERE reason = '';

CREATE TABLE sluice.outreach_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `own_metadata` String,
    `own_metadata_json` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.outreach_json_odd_mv TO sluice.outreach_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `own_metadata` String,
    `own_metadata_json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            JSONExtract(json, 'Tuple(metadata String, data Tuple(metadata String))') AS event,
            if(event.metadata != '', JSONType(json, 'metadata'), JSONType(json, 'data', 'metadata')) = 'String' AS isText,
            if(event.metadata != '', event.metadata, event.data.metadata) AS readMetadata
        FROM sluice.outreach_odd
    ),
    written AS
    (
        SELECT
            *,
            if((readMetadata = '') OR ((json = line) AND ((position(line, readMetadata) > 0) OR (NOT match(replaceRegexpAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"[^"]*"', ''), '[0-9][.eE]|[0-9]{17}|-0')))), readMetadata, arrayMap(written -> if(startsWith(written, '{'), replaceRegexpAll(replaceRegexpAll(written, '"\\\\u0001([^"]*)"', '\\1'), '\\\\(["\\\\])', '\\1'), replaceAll(readMetadata, '﷐', '�')), arrayMap(sources -> if(if(event.metadata != '', '', 'data') = '', JSONExtractRaw(sources, 'metadata'), JSONExtractRaw(sources, if(event.metadata != '', '', 'data'), 'metadata')), arrayMap(quotes -> replaceAll(replaceAll(substring(replaceRegexpAll(replaceAll(quotes, '\\', '\\\\'), '(?s)((?:"[^"]*"|[^"])+?)(-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|$)', '\\1"\\\\u0001\\2"'), 1, -8), char(3), '\\\\\\"'), char(2), '\\\\\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(text -> if(startsWith(text, '"') OR match(text, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(text, '\\\\', char(2)), '\\"', char(3))), [line])))))[1]) AS own_metadata
        FROM readable
    ),
    checked AS
    (
        SELECT
            *,
            if((own_metadata = '') OR isValidJSON(own_metadata), own_metadata, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '�'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(own_metadata -> if(startsWith(own_metadata, '"') OR match(own_metadata, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(own_metadata, '\\\\', char(2)), '\\"', char(3))), [if(match(own_metadata, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), own_metadata, '')]))))[1]) AS own_metadata_json,
            arrayMap(quotes -> (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')) = length(extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?'))) AND (NOT arrayExists(key -> (position(key, '\\') > 0), extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?'))), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]), [replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), if(isText, replaceAll(replaceAll(own_metadata, '\\\\', char(2)), '\\"', char(3)), '')]) AS repeated
        FROM written
    ),
    judged AS
    (
        SELECT
            *,
            multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (repeated[1]) != '', concat(concat('"', substringUTF8(substring(repeated[1], 2), 1, 64), if(lengthUTF8(substring(repeated[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS lineProblem
        FROM checked
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(lineProblem != '', lineProblem, (own_metadata != '') AND (own_metadata_json = ''), concat('metadata is not an object: ', concat('"', substringUTF8(own_metadata, 1, 64), if(lengthUTF8(own_metadata) > 64, '…', ''), '"')), (repeated[2]) != '', concat('metadata is ambiguous: ', concat('"', substringUTF8(substring(repeated[2], 2), 1, 64), if(lengthUTF8(substring(repeated[2], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    own_metadata,
    own_metadata_json,
    received_at
FROM judged;

CREATE MATERIALIZED VIEW sluice.outreach_json_plain_mv TO sluice.outreach_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.outreach_landing
WHERE plain;

CREATE TABLE sluice.outreach_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "6f1d2f0e-8f0a-4d0c-9b1e-2a5c7d3e9f10", "eventType": "message_sent", "entityType": "message", "entityId": "m1", "channel": "email", "contactId": "c1", "sourceType": "campaign", "sourceId": "spring", "occurredAt": "2026-11-20T10:00:00Z"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:')))) AND (NOT ((position(line, '"metadata"') > 0) AND match(substring(line, position(line, '"metadata"')), '"metadata"[ \t\r\n]*:[ \t\r\n]*"|[:,\\[ \t\r\n](?:-?(?:[0-9]+\\.[0-9]*0[,\\]} \t\r\n]|[0-9.]+[eE]|[0-9.]{17}|0\\.000)|-0[,\\]} \t\r\n])')))
)
ENGINE = `Null`;

CREATE TABLE sluice.outreach_names
(
    `tenant_id` String,
    `kind` LowCardinality(String),
    `id` String,
    `latest` SimpleAggregateFunction(max, Tuple(
        named_at DateTime64(3, 'UTC'),
        name String))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, kind, id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.outreach_names_mv TO sluice.outreach_names
(
    `tenant_id` String,
    `kind` String,
    `id` String,
    `latest` Tuple(
        named_at DateTime64(3, 'UTC'),
        name String)
)
AS SELECT
    tenant_id,
    named.1 AS kind,
    named.2 AS id,
    max(CAST((occurred_at, substringUTF8(named.3, 1, 256)), 'Tuple(named_at DateTime64(3, \'UTC\'), name String)')) AS latest
FROM sluice.outreach_parsed
ARRAY JOIN [('campaign', campaign_id, if((entity_type = 'campaign') AND (name != ''), name, campaign_name)), ('workflow', workflow_id, if((entity_type = 'workflow') AND (name != ''), name, workflow_name)), ('sequence', sequence_id, if((entity_type = 'sequence') AND (name != ''), name, sequence_name)), ('template', template_id, if((entity_type = 'message') AND (name != ''), name, template_name))] AS named
WHERE (reason = '') AND ((name != '') OR (campaign_name != '') OR (workflow_name != '') OR (sequence_name != '') OR (template_name != '')) AND ((named.2) != '') AND ((named.3) != '')
GROUP BY
    tenant_id,
    kind,
    id;

CREATE TABLE sluice.outreach_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.outreach_odd_mv TO sluice.outreach_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.outreach_landing
WHERE NOT plain;

CREATE TABLE sluice.outreach_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `event_type` LowCardinality(String),
    `entity_type` LowCardinality(String),
    `entity_id` String,
    `channel` LowCardinality(String),
    `contact_id` String,
    `user_id` String,
    `source_type` String,
    `source_id` String,
    `campaign_id` String,
    `workflow_id` String,
    `sequence_id` String,
    `template_id` String,
    `metadata` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `name` String,
    `campaign_name` String,
    `workflow_name` String,
    `sequence_name` String,
    `template_name` String,
    `step_number` Nullable(UInt32)
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.outreach_parsed_mv TO sluice.outreach_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `event_type` String,
    `entity_type` String,
    `entity_id` String,
    `channel` String,
    `contact_id` String,
    `user_id` String,
    `source_type` String,
    `source_id` String,
    `campaign_id` String,
    `workflow_id` String,
    `sequence_id` String,
    `template_id` String,
    `metadata` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `name` String,
    `campaign_name` String,
    `workflow_name` String,
    `sequence_name` String,
    `template_name` String,
    `step_number` Nullable(UInt32)
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(json, 'Tuple(\n                    id String, eventType String, entityType String, entityId String, channel String,\n                    contactId String, userId String, sourceType String, sourceId String,\n                    campaignId String, workflowId String, sequenceId String, templateId String,\n                    metadata String, occurredAt String, type String, timestamp String,\n                    data Tuple(\n                        entityId String, messageId String, runId String, enrollmentId String, channel String,\n                        contactId String, userId String, sourceType String, sourceId String,\n                        campaignId String, workflowId String, sequenceId String, templateId String,\n                        name String, stepNumber String, metadata String, occurredAt String))') AS event
        FROM sluice.outreach_json
    ),
    fields AS
    (
        SELECT
            *,
            event.data AS data,
            if(event.eventType != '', event.eventType, transform(extract(event.type, '(?:^|\\.)((?:message|campaign|contact)\\.[a-z]+|workflow\\.(?:run\\.)?[a-z_]+|sequence\\.(?:step\\.|enrollment\\.)?[a-z]+)$'), ['message.sent', 'message.delivered', 'message.opened', 'message.clicked', 'message.bounced', 'message.complained', 'message.unsubscribed', 'campaign.started', 'campaign.completed', 'workflow.run.started', 'workflow.run.completed', 'workflow.run.failed', 'workflow.run.goal_reached', 'workflow.goal_reached', 'sequence.enrolled', 'sequence.enrollment.created', 'sequence.enrollment.enrolled', 'sequence.step.executed', 'sequence.enrollment.replied', 'sequence.replied', 'sequence.enrollment.completed', 'sequence.completed', 'contact.created', 'contact.updated'], ['message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_complained', 'message_unsubscribed', 'campaign_started', 'campaign_completed', 'workflow_run_started', 'workflow_run_completed', 'workflow_run_failed', 'workflow_goal_reached', 'workflow_goal_reached', 'sequence_enrolled', 'sequence_enrolled', 'sequence_enrolled', 'sequence_step_executed', 'sequence_replied', 'sequence_replied', 'sequence_completed', 'sequence_completed', 'contact_created', 'contact_updated'], event.type)) AS eventType,
            transform(eventType, ['message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_complained', 'message_unsubscribed', 'campaign_started', 'campaign_completed', 'workflow_run_started', 'workflow_run_completed', 'workflow_run_failed', 'workflow_goal_reached', 'sequence_enrolled', 'sequence_step_executed', 'sequence_replied', 'sequence_completed', 'contact_created', 'contact_updated'], ['message', 'message', 'message', 'message', 'message', 'message', 'message', 'campaign', 'campaign', 'workflow', 'workflow', 'workflow', 'workflow', 'sequence', 'sequence', 'sequence', 'sequence', 'contact', 'contact'], '') AS entityType,
            multiIf(event.entityId != '', event.entityId, data.entityId != '', data.entityId, entityType = 'message', data.messageId, entityType = 'campaign', data.campaignId, entityType = 'workflow', data.runId, entityType = 'sequence', data.enrollmentId, data.contactId) AS entityId,
            if(event.channel != '', event.channel, data.channel) AS eventChannel,
            if(event.contactId != '', event.contactId, data.contactId) AS contactId,
            if(event.userId != '', event.userId, data.userId) AS userId,
            if(event.sourceType != '', event.sourceType, data.sourceType) AS sourceType,
            if(event.sourceId != '', event.sourceId, data.sourceId) AS sourceId,
            if(event.campaignId != '', event.campaignId, data.campaignId) AS campaignId,
            if(event.workflowId != '', event.workflowId, data.workflowId) AS workflowId,
            if(event.sequenceId != '', event.sequenceId, data.sequenceId) AS sequenceId,
            if(event.templateId != '', event.templateId, data.templateId) AS templateId,
            multiIf(own_metadata_json != '', own_metadata_json, event.metadata != '', event.metadata, data.metadata) AS metadataJson,
            if(own_metadata != '', own_metadata, metadataJson) AS ownMetadata,
            multiIf(event.occurredAt != '', event.occurredAt, data.occurredAt != '', data.occurredAt, event.timestamp) AS occurredAt
        FROM extracted
    ),
    typed AS
    (
        SELECT
            *,
            concat(if((data.name = '') OR JSONHas(metadataJson, 'name'), '', concat('"name":', toJSONString(replaceAll(data.name, '﷐', '�')), ',')), if((data.stepNumber = '') OR JSONHas(metadataJson, 'stepNumber'), '', concat('"stepNumber":', if(match(data.stepNumber, '^(0|[1-9]\\d{0,8})$'), data.stepNumber, toJSONString(replaceAll(data.stepNumber, '﷐', '�'))), ','))) AS members,
            JSONExtract(if(members = '', metadataJson, replaceRegexpOne(concat('{', members, substring(metadataJson, 2), if(metadataJson = '', '}', '')), ',[ \t\r\n]*}$', '}')), 'Tuple(\n                    name String, campaignName String, workflowName String, sequenceName String, templateName String,\n                    stepNumber Nullable(UInt32))') AS details,
            toUUIDOrNull(event.id) AS eventId,
            multiIf(match(occurredAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(occurredAt, 3, 'UTC'), toInt64OrNull(occurredAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(occurredAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS occurred
        FROM fields
    ),
    checked AS
    (
        SELECT
            *,
            multiIf(json = line, '', position(entityId, '﷐') > 0, 'entityId', position(contactId, '﷐') > 0, 'contactId', position(userId, '﷐') > 0, 'userId', position(sourceType, '﷐') > 0, 'sourceType', position(sourceId, '﷐') > 0, 'sourceId', position(campaignId, '﷐') > 0, 'campaignId', position(workflowId, '﷐') > 0, 'workflowId', position(sequenceId, '﷐') > 0, 'sequenceId', position(templateId, '﷐') > 0, 'templateId', '') AS halfPairField
        FROM typed
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, event.id = '', 'id is missing', eventId IS NULL, concat('id is not a UUID: ', concat('"', substringUTF8(event.id, 1, 64), if(lengthUTF8(event.id) > 64, '…', ''), '"')), eventType = '', 'eventType is missing', entityType = '', concat('eventType is unknown: ', concat('"', substringUTF8(eventType, 1, 64), if(lengthUTF8(eventType) > 64, '…', ''), '"')), (event.entityType NOT IN ('', entityType)), concat('entityType of ', eventType, ' must be ', entityType, ': ', concat('"', substringUTF8(event.entityType, 1, 64), if(lengthUTF8(event.entityType) > 64, '…', ''), '"')), (event.eventType = '') AND (NOT match(line, '"data"[ \t\r\n]*:[ \t\r\n]*\\{')) AND (JSONType(json, 'data') NOT IN ('Object', 'Null')), 'data is not an object', entityId = '', 'entityId is missing', halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), multiIf(length(entityId) > 256, 'is longer than 256 bytes', (startsWith(entityId, '{') OR startsWith(entityId, '[')) AND isValidJSON(entityId), 'is not a string', '') != '', concat('entityId ', multiIf(length(entityId) > 256, 'is longer than 256 bytes', (startsWith(entityId, '{') OR startsWith(entityId, '[')) AND isValidJSON(entityId), 'is not a string', '')), (eventChannel NOT IN ('', 'email', 'sms', 'whatsapp', 'push')), concat('channel is unknown: ', concat('"', substringUTF8(eventChannel, 1, 64), if(lengthUTF8(eventChannel) > 64, '…', ''), '"')), multiIf(length(contactId) > 256, 'is longer than 256 bytes', (startsWith(contactId, '{') OR startsWith(contactId, '[')) AND isValidJSON(contactId), 'is not a string', '') != '', concat('contactId ', multiIf(length(contactId) > 256, 'is longer than 256 bytes', (startsWith(contactId, '{') OR startsWith(contactId, '[')) AND isValidJSON(contactId), 'is not a string', '')), multiIf(length(userId) > 256, 'is longer than 256 bytes', (startsWith(userId, '{') OR startsWith(userId, '[')) AND isValidJSON(userId), 'is not a string', '') != '', concat('userId ', multiIf(length(userId) > 256, 'is longer than 256 bytes', (startsWith(userId, '{') OR startsWith(userId, '[')) AND isValidJSON(userId), 'is not a string', '')), multiIf(length(sourceType) > 256, 'is longer than 256 bytes', (startsWith(sourceType, '{') OR startsWith(sourceType, '[')) AND isValidJSON(sourceType), 'is not a string', '') != '', concat('sourceType ', multiIf(length(sourceType) > 256, 'is longer than 256 bytes', (startsWith(sourceType, '{') OR startsWith(sourceType, '[')) AND isValidJSON(sourceType), 'is not a string', '')), multiIf(length(sourceId) > 256, 'is longer than 256 bytes', (startsWith(sourceId, '{') OR startsWith(sourceId, '[')) AND isValidJSON(sourceId), 'is not a string', '') != '', concat('sourceId ', multiIf(length(sourceId) > 256, 'is longer than 256 bytes', (startsWith(sourceId, '{') OR startsWith(sourceId, '[')) AND isValidJSON(sourceId), 'is not a string', '')), multiIf(length(campaignId) > 256, 'is longer than 256 bytes', (startsWith(campaignId, '{') OR startsWith(campaignId, '[')) AND isValidJSON(campaignId), 'is not a string', '') != '', concat('campaignId ', multiIf(length(campaignId) > 256, 'is longer than 256 bytes', (startsWith(campaignId, '{') OR startsWith(campaignId, '[')) AND isValidJSON(campaignId), 'is not a string', '')), multiIf(length(workflowId) > 256, 'is longer than 256 bytes', (startsWith(workflowId, '{') OR startsWith(workflowId, '[')) AND isValidJSON(workflowId), 'is not a string', '') != '', concat('workflowId ', multiIf(length(workflowId) > 256, 'is longer than 256 bytes', (startsWith(workflowId, '{') OR startsWith(workflowId, '[')) AND isValidJSON(workflowId), 'is not a string', '')), multiIf(length(sequenceId) > 256, 'is longer than 256 bytes', (startsWith(sequenceId, '{') OR startsWith(sequenceId, '[')) AND isValidJSON(sequenceId), 'is not a string', '') != '', concat('sequenceId ', multiIf(length(sequenceId) > 256, 'is longer than 256 bytes', (startsWith(sequenceId, '{') OR startsWith(sequenceId, '[')) AND isValidJSON(sequenceId), 'is not a string', '')), multiIf(length(templateId) > 256, 'is longer than 256 bytes', (startsWith(templateId, '{') OR startsWith(templateId, '[')) AND isValidJSON(templateId), 'is not a string', '') != '', concat('templateId ', multiIf(length(templateId) > 256, 'is longer than 256 bytes', (startsWith(templateId, '{') OR startsWith(templateId, '[')) AND isValidJSON(templateId), 'is not a string', '')), (ownMetadata != '') AND (NOT (startsWith(ownMetadata, '{') AND endsWith(ownMetadata, '}'))), concat('metadata is not an object: ', concat('"', substringUTF8(ownMetadata, 1, 64), if(lengthUTF8(ownMetadata) > 64, '…', ''), '"')), occurredAt = '', 'occurredAt is missing', occurred IS NULL, concat('occurredAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(occurredAt, 1, 64), if(lengthUTF8(occurredAt) > 64, '…', ''), '"')), (toYear(occurred) < 2000) OR (toYear(occurred) > 2100), concat('occurredAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(occurredAt, 1, 64), if(lengthUTF8(occurredAt) > 64, '…', ''), '"')), (toDateTime(occurred) + toIntervalYear(2)) <= now(), concat('occurredAt is before ', formatDateTime(now() - toIntervalYear(2), '%Y-%m-%dT%H:%i:%SZ', 'UTC'), ', older than events are kept: ', concat('"', substringUTF8(occurredAt, 1, 64), if(lengthUTF8(occurredAt) > 64, '…', ''), '"')), '') AS reason,
    assumeNotNull(eventId) AS id,
    eventType AS event_type,
    entityType AS entity_type,
    entityId AS entity_id,
    eventChannel AS channel,
    if((contactId = '') AND (entityType = 'contact'), entityId, contactId) AS contact_id,
    userId AS user_id,
    sourceType AS source_type,
    sourceId AS source_id,
    multiIf(campaignId != '', campaignId, (sourceType = 'campaign') AND (sourceId != ''), sourceId, entityType = 'campaign', entityId, '') AS campaign_id,
    multiIf(workflowId != '', workflowId, sourceType = 'workflow', sourceId, '') AS workflow_id,
    multiIf(sequenceId != '', sequenceId, sourceType = 'sequence', sourceId, '') AS sequence_id,
    templateId AS template_id,
    if(members = '', ownMetadata, replaceRegexpOne(concat('{', members, substring(ownMetadata, 2), if(ownMetadata = '', '}', '')), ',[ \t\r\n]*}$', '}')) AS metadata,
    assumeNotNull(occurred) AS occurred_at,
    details.name AS name,
    details.campaignName AS campaign_name,
    details.workflowName AS workflow_name,
    details.sequenceName AS sequence_name,
    details.templateName AS template_name,
    details.stepNumber AS step_number
FROM checked;

CREATE TABLE sluice.quality_claims
(
    `check_name` LowCardinality(String),
    `slot` DateTime64(3, 'UTC') COMMENT 'Since when the check is due',
    `attempt` UInt32,
    `instance` UUID,
    `claimed_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (check_name, slot, attempt)
TTL toDateTime(claimed_at) + toIntervalDay(40)
SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 8192
COMMENT 'access: gateway';

CREATE TABLE sluice.quality_results
(
    `tenant_id` String,
    `check_name` LowCardinality(String) COMMENT 'Such as outreach/event_duplicates',
    `run_at` DateTime64(3, 'UTC') COMMENT 'When the run began' CODEC(Delta(8), ZSTD(1)),
    `run` UUID,
    `domain` LowCardinality(String),
    `table_name` LowCardinality(String),
    `kind` LowCardinality(String),
    `severity` LowCardinality(String),
    `summary` LowCardinality(String),
    `passed` Bool,
    `examined` UInt64 COMMENT 'Rows that were looked at',
    `failed` UInt64 COMMENT 'Rows at fault',
    `score` Float64 COMMENT 'Percent of the rows examined that are not at fault; 0 when too few were examined',
    `reason` String COMMENT 'Why it failed, for the tenant; empty when it passed',
    `sample` Array(Map(String, Nullable(String))) COMMENT 'The first rows at fault, cut short' CODEC(ZSTD(3)) TTL toDateTime(run_at) + toIntervalDay(30)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(run_at)
ORDER BY (tenant_id, check_name, run_at, run)
TTL toDateTime(run_at) + toIntervalDay(365)
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.quality_runs
(
    `check_name` LowCardinality(String),
    `run_at` DateTime64(3, 'UTC') COMMENT 'When it began',
    `run` UUID,
    `domain` LowCardinality(String),
    `table_name` LowCardinality(String),
    `kind` LowCardinality(String),
    `severity` LowCardinality(String),
    `summary` LowCardinality(String),
    `duration_ms` UInt64,
    `tenants` UInt64 COMMENT 'Tenants who have a result',
    `failed_tenants` UInt64 COMMENT 'Those for whom it failed',
    `examined` UInt64,
    `failed` UInt64,
    `passed` Bool,
    `reason` String COMMENT 'Why it could not run, for tenants; empty when it did',
    `error` String COMMENT 'The same for operators',
    `instance` UUID COMMENT 'Who ran it',
    `recorded_at` DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(recorded_at)
PARTITION BY toYYYYMM(run_at)
ORDER BY (check_name, run_at, run)
TTL toDateTime(run_at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 8192
COMMENT 'access: operator';

CREATE TABLE sluice.rejected_events
(
    `tenant_id` String,
    `stream` LowCardinality(String),
    `source` LowCardinality(String),
    `request_id` UUID,
    `line_number` UInt32 COMMENT 'Place of the line in its request, from 1',
    `reason` String COMMENT 'Sentence that names the field at fault',
    `line` String CODEC(ZSTD(3)),
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    `is_cut` Bool DEFAULT (line = '') OR startsWith(reason, 'The line is longer than ') COMMENT 'Whether only the beginning of the line was kept',
    `id` UUID MATERIALIZED if(source = 'replay', request_id, arrayMap(hash -> toUUID(concat(substring(hash, 1, 8), '-', substring(hash, 9, 4), '-8', substring(hash, 14, 3), '-a', substring(hash, 18, 3), '-', substring(hash, 21, 12))), [lower(hex(SHA256(concat(tenant_id, '\0', toString(stream), '\0', toString(source), '\0', toString(request_id), '\0', toString(line_number), '\0', line))))])[1]),
    `line_bytes` UInt32 MATERIALIZED length(line),
    INDEX request request_id TYPE bloom_filter GRANULARITY 1,
    INDEX letter id TYPE bloom_filter GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (tenant_id, stream, received_at)
TTL toDateTime(received_at) + toIntervalDay(90)
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.rejected_events_csr_companies_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'csr_companies' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.csr_companies_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_csr_journey_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'csr_journey' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.csr_journey_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_csr_metrics_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'csr_metrics' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.csr_metrics_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_csr_scores_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'csr_scores' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.csr_scores_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_outreach_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'outreach' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.outreach_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_ticketing_events_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_events' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.ticketing_events_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_ticketing_organizers_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_organizers' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.ticketing_organizers_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_ticketing_page_views_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_page_views' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.ticketing_page_views_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_ticketing_sales_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_sales' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.ticketing_sales_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_ticketing_shows_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_shows' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.ticketing_shows_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_ticketing_ticket_types_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_ticket_types' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.ticketing_ticket_types_parsed
WHERE reason != '';

CREATE MATERIALIZED VIEW sluice.rejected_events_ticketing_users_mv TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_users' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.ticketing_users_parsed
WHERE reason != '';

CREATE TABLE sluice.sampling_rules
(
    `tenant_id` String,
    `stream` LowCardinality(String),
    `pattern` String DEFAULT '%',
    `valid_from` DateTime64(3, 'UTC') DEFAULT now64(3),
    `share` Float64,
    CONSTRAINT share_is_positive CHECK (share > 0) AND (share <= 1)
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, stream, pattern, valid_from)
SETTINGS index_granularity = 8192
COMMENT 'access: gateway';

CREATE VIEW sluice.sampling_rules_of_tenants
(
    `tenant_id` String,
    `stream` LowCardinality(String),
    `rules` Array(Tuple(
        String,
        DateTime64(3, 'UTC'),
        Float64))
)
COMMENT 'access: gateway'
AS SELECT
    tenant_id,
    stream,
    arraySort(rule -> (-length(rule.1), rule.1, -toUnixTimestamp64Milli(rule.2)), groupArray((pattern, valid_from, share))) AS rules
FROM sluice.sampling_rules
FINAL
GROUP BY
    tenant_id,
    stream;

CREATE TABLE sluice.schema_migrations
(
    `version` String,
    `ts` DateTime DEFAULT now(),
    `applied` UInt8 DEFAULT 1
)
ENGINE = ReplacingMergeTree(ts)
PRIMARY KEY version
ORDER BY version
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.streaming_tenants
(
    `tenant_id` String,
    `enabled` Bool,
    `changed_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY tenant_id
SETTINGS index_granularity = 8192
COMMENT 'access: gateway';

CREATE TABLE sluice.sync_reads
(
    `source` LowCardinality(String),
    `run` UUID,
    `tenant_id` String,
    `started_at` SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    `horizon` SimpleAggregateFunction(min, UInt64),
    `lines` SimpleAggregateFunction(sum, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toMonday(started_at)
ORDER BY (source, run, tenant_id)
TTL toDateTime(started_at) + toIntervalDay(7)
SETTINGS index_granularity = 8192
COMMENT 'access: gateway';

CREATE TABLE sluice.sync_runs
(
    `source` LowCardinality(String),
    `started_at` DateTime64(3, 'UTC') COMMENT 'When it began; of one that failed, when it failed',
    `run` UUID COMMENT 'The reading of sync_reads, zero when it failed before it read',
    `duration_ms` UInt64,
    `lines` UInt64 COMMENT 'Rows that came from the source',
    `rejected` UInt64 COMMENT 'Those of them that became dead letters',
    `position` UInt64 COMMENT 'Horizon of the source: the next reading begins here',
    `error` LowCardinality(String) COMMENT 'What went wrong, without names of hosts or secrets; empty when nothing did',
    `recorded_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(started_at)
ORDER BY (source, started_at)
TTL toDateTime(started_at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 8192
COMMENT 'access: operator';

CREATE TABLE sluice.sync_states
(
    `source` LowCardinality(String),
    `is_running` Bool,
    `next_run_at` DateTime('UTC'),
    `retries` UInt64 COMMENT 'Failures since the last success or turn',
    `observed_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(observed_at)
ORDER BY source
SETTINGS index_granularity = 8192
COMMENT 'access: operator';

CREATE TABLE sluice.tenant_budgets
(
    `tenant_id` String,
    `daily` Nullable(UInt64) COMMENT 'Queries a day',
    `monthly` Nullable(UInt64) COMMENT 'Queries a month',
    `daily_bytes` Nullable(UInt64) COMMENT 'Bytes that queries read a day',
    `per_second` Nullable(UInt32) COMMENT 'Requests a second, of each instance',
    `updated_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY tenant_id
SETTINGS index_granularity = 8192
COMMENT 'access: gateway';

CREATE TABLE sluice.tenant_usage
(
    `tenant_id` String,
    `day` Date,
    `instance` UUID COMMENT 'The gateway, or the reset',
    `generation` UInt32 COMMENT 'A gateway that forgot its count of the day goes on from 0 in the next generation',
    `version` UInt64,
    `queries` Int64,
    `bytes_read` Int64,
    `held` UInt64 COMMENT 'Queries that the gateway may still accept; void when it is dead'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant_id, day, instance, generation)
TTL day + toIntervalYear(2)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 8192
COMMENT 'access: gateway';

CREATE TABLE sluice.ticketing_changes
(
    `tenant_id` String,
    `stream` LowCardinality(String),
    `granularity` LowCardinality(String),
    `bucket` DateTime('UTC'),
    `changed_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    `rolled_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, stream, granularity, bucket)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.ticketing_changes_events_mv TO sluice.ticketing_changes
(
    `tenant_id` String,
    `stream` String,
    `granularity` String,
    `bucket` DateTime('UTC'),
    `changed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    'ticketing_events' AS stream,
    granularity,
    if(granularity = 'hour', hour, toStartOfDay(hour)) AS bucket,
    now64(3) AS changed_at
FROM
(
    SELECT DISTINCT
        tenant_id,
        toStartOfHour(occurred_at) AS hour
    FROM sluice.ticketing_events
)
ARRAY JOIN ['hour', 'day'] AS granularity
GROUP BY
    tenant_id,
    granularity,
    bucket;

CREATE MATERIALIZED VIEW sluice.ticketing_changes_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND DEPENDS ON sluice.ticketing_events_rollup_refresh, sluice.ticketing_sales_rollup_refresh APPEND TO sluice.ticketing_changes
(
    `tenant_id` String,
    `stream` String,
    `granularity` String,
    `bucket` DateTime('UTC'),
    `rolled_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    stream,
    granularity,
    bucket,
    max(computed_at) AS rolled_at
FROM
(
    SELECT
        tenant_id,
        'ticketing_events' AS stream,
        if(facet = 'show', 'hour', 'day') AS granularity,
        bucket,
        computed_at
    FROM sluice.ticketing_events_rollup
    WHERE computed_at > (now() - toIntervalMinute(10))
    UNION ALL
    SELECT
        tenant_id,
        'ticketing_sales' AS stream,
        if((facet IN ('show', 'channel')), 'hour', 'day') AS granularity,
        bucket,
        computed_at
    FROM sluice.ticketing_sales_rollup
    WHERE computed_at > (now() - toIntervalMinute(10))
)
GROUP BY
    tenant_id,
    stream,
    granularity,
    bucket
HAVING (tenant_id, stream, granularity, bucket, max(computed_at)) NOT IN (
    SELECT
        tenant_id,
        stream,
        granularity,
        bucket,
        ticketing_changes.rolled_at
    FROM sluice.ticketing_changes
    WHERE ticketing_changes.rolled_at > (now() - toIntervalMinute(11))
);

CREATE MATERIALIZED VIEW sluice.ticketing_changes_sales_mv TO sluice.ticketing_changes
(
    `tenant_id` String,
    `stream` String,
    `granularity` String,
    `bucket` DateTime('UTC'),
    `changed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    'ticketing_sales' AS stream,
    granularity,
    if(granularity = 'hour', hour, toStartOfDay(hour)) AS bucket,
    now64(3) AS changed_at
FROM
(
    SELECT DISTINCT
        tenant_id,
        toStartOfHour(occurred_at) AS hour
    FROM sluice.ticketing_sales
)
ARRAY JOIN ['hour', 'day'] AS granularity
GROUP BY
    tenant_id,
    granularity,
    bucket;

CREATE TABLE sluice.ticketing_corrections
(
    `tenant_id` String,
    `stream` LowCardinality(String),
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `latest` SimpleAggregateFunction(max, Tuple(
        updated_at DateTime64(6, 'UTC'),
        seen_at DateTime64(3, 'UTC'))),
    `seen_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    INDEX recent seen_at TYPE minmax GRANULARITY 1
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, stream, id, occurred_at)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.ticketing_corrections_events_mv TO sluice.ticketing_corrections
(
    `tenant_id` String,
    `stream` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `latest` Tuple(
        updated_at DateTime64(6, 'UTC'),
        seen_at DateTime64(3, 'UTC')),
    `seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_events' AS stream,
    id,
    occurred_at,
    CAST((updated_at, now64(3)), 'Tuple(updated_at DateTime64(6, \'UTC\'), seen_at DateTime64(3, \'UTC\'))') AS latest,
    latest.seen_at AS seen_at
FROM sluice.ticketing_events_parsed
WHERE (reason = '') AND (updated_at != occurred_at);

CREATE MATERIALIZED VIEW sluice.ticketing_corrections_page_views_mv TO sluice.ticketing_corrections
(
    `tenant_id` String,
    `stream` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `latest` Tuple(
        updated_at DateTime64(6, 'UTC'),
        seen_at DateTime64(3, 'UTC')),
    `seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_page_views' AS stream,
    id,
    occurred_at,
    CAST((updated_at, now64(3)), 'Tuple(updated_at DateTime64(6, \'UTC\'), seen_at DateTime64(3, \'UTC\'))') AS latest,
    latest.seen_at AS seen_at
FROM sluice.ticketing_page_views_parsed
WHERE (reason = '') AND (updated_at != occurred_at);

CREATE MATERIALIZED VIEW sluice.ticketing_corrections_sales_mv TO sluice.ticketing_corrections
(
    `tenant_id` String,
    `stream` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `latest` Tuple(
        updated_at DateTime64(6, 'UTC'),
        seen_at DateTime64(3, 'UTC')),
    `seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'ticketing_sales' AS stream,
    id,
    occurred_at,
    CAST((updated_at, now64(3)), 'Tuple(updated_at DateTime64(6, \'UTC\'), seen_at DateTime64(3, \'UTC\'))') AS latest,
    latest.seen_at AS seen_at
FROM sluice.ticketing_sales_parsed
WHERE (reason = '') AND (updated_at != occurred_at);

CREATE TABLE sluice.ticketing_events
(
    `tenant_id` String,
    `id` String CODEC(ZSTD(1)),
    `event_type` LowCardinality(String),
    `occurred_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `session_id` String CODEC(ZSTD(1)),
    `show_id` String CODEC(ZSTD(1)),
    `organizer_id` String CODEC(ZSTD(1)),
    `user_id` String CODEC(ZSTD(1)),
    `ticket_type_id` String CODEC(ZSTD(1)),
    `order_id` String CODEC(ZSTD(1)),
    `quantity` UInt32,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String CODEC(ZSTD(1)),
    `channel` String,
    `updated_at` DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `actor_hash` UInt64 MATERIALIZED sipHash64(if(user_id = '', concat('session ', session_id), concat('user ', user_id))) CODEC(NONE),
    `arrived_at` DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    INDEX ids id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX arrivals arrived_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, occurred_at)
ORDER BY (tenant_id, occurred_at, id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE TABLE sluice.ticketing_events_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_events_json_odd_mv TO sluice.ticketing_events_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.ticketing_events_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.ticketing_events_json_plain_mv TO sluice.ticketing_events_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.ticketing_events_landing
WHERE plain;

CREATE TABLE sluice.ticketing_events_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "e1", "eventType": "view", "occurredAt": "2026-11-20T10:00:00Z", "sessionId": "s1", "userId": "u1", "showId": "gala", "organizerId": "northside", "device": "phone", "country": "DE", "city": "Berlin"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_events_moved_mv TO sluice.ticketing_events
(
    `tenant_id` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    corrected_before AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_events') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_events_parsed
            WHERE reason = ''
        ))
    ),
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            seen_at
        FROM corrected_before
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            toDateTime64(0, 3, 'UTC') AS seen_at
        FROM sluice.ticketing_events
        WHERE (NOT deleted) AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_events_parsed
            WHERE (reason = '') AND (updated_at != occurred_at)
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.ticketing_events_parsed
        WHERE (reason = '') AND ((updated_at != occurred_at) OR ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM corrected_before
        )))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.ticketing_events_parsed
        WHERE (reason = '') AND (updated_at = occurred_at) AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_events_parsed
            WHERE (reason = '') AND (updated_at != occurred_at)
        ))
    ),
    corrected AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax(occurred_at, (updated_at, seen_at)) AS place,
            groupUniqArray(occurred_at) AS places
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT DISTINCT
    corrected.tenant_id AS tenant_id,
    corrected.id AS id,
    arrayJoin(arrayFilter(other -> (other != corrected.place), corrected.places)) AS occurred_at,
    corrected.newest AS updated_at,
    true AS deleted
FROM sluice.ticketing_events_parsed AS landed
INNER JOIN corrected ON (corrected.tenant_id = landed.tenant_id) AND (corrected.id = landed.id)
WHERE landed.reason = '';

CREATE MATERIALIZED VIEW sluice.ticketing_events_moved_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND APPEND TO sluice.ticketing_events
(
    `tenant_id` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    recent AS
    (
        SELECT DISTINCT
            tenant_id,
            id
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_events') AND (seen_at > (now() - toIntervalMinute(3)))
    ),
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at,
            false AS is_shown
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_events') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM recent
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            toDateTime64(0, 3, 'UTC') AS seen_at,
            true AS is_shown
        FROM sluice.ticketing_events
        FINAL
        WHERE (tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM recent
        )
    ),
    corrected AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax(occurred_at, (updated_at, seen_at)) AS place,
            groupUniqArrayIf(occurred_at, is_shown) AS places
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT
    tenant_id,
    id,
    arrayJoin(arrayFilter(other -> (other != place), places)) AS occurred_at,
    newest AS updated_at,
    true AS deleted
FROM corrected;

CREATE MATERIALIZED VIEW sluice.ticketing_events_mv TO sluice.ticketing_events
(
    `tenant_id` String,
    `id` String,
    `event_type` LowCardinality(String),
    `occurred_at` DateTime64(3, 'UTC'),
    `session_id` String,
    `show_id` String,
    `organizer_id` String,
    `user_id` String,
    `ticket_type_id` String,
    `order_id` String,
    `quantity` UInt32,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String,
    `channel` String,
    `updated_at` DateTime64(6, 'UTC')
)
AS SELECT
    tenant_id,
    id,
    event_type,
    occurred_at,
    session_id,
    show_id,
    organizer_id,
    user_id,
    ticket_type_id,
    order_id,
    quantity,
    device,
    browser,
    os,
    country,
    city,
    channel,
    updated_at
FROM sluice.ticketing_events_parsed
WHERE reason = '';

CREATE TABLE sluice.ticketing_events_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_events_odd_mv TO sluice.ticketing_events_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.ticketing_events_landing
WHERE NOT plain;

CREATE TABLE sluice.ticketing_events_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `event_type` LowCardinality(String),
    `occurred_at` DateTime64(3, 'UTC'),
    `session_id` String,
    `show_id` String,
    `organizer_id` String,
    `user_id` String,
    `ticket_type_id` String,
    `order_id` String,
    `quantity` UInt32,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String,
    `channel` String,
    `updated_at` DateTime64(6, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_events_parsed_mv TO sluice.ticketing_events_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `event_type` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `session_id` String,
    `show_id` String,
    `organizer_id` String,
    `user_id` String,
    `ticket_type_id` String,
    `order_id` String,
    `quantity` UInt32,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String,
    `channel` String,
    `updated_at` DateTime64(6, 'UTC')
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(json = line, '', position(fields.id, '﷐') > 0, 'id', position(fields.sessionId, '﷐') > 0, 'sessionId', position(fields.showId, '﷐') > 0, 'showId', position(fields.organizerId, '﷐') > 0, 'organizerId', position(fields.userId, '﷐') > 0, 'userId', position(fields.ticketTypeId, '﷐') > 0, 'ticketTypeId', position(fields.orderId, '﷐') > 0, 'orderId', position(fields.device, '﷐') > 0, 'device', position(fields.browser, '﷐') > 0, 'browser', position(fields.os, '﷐') > 0, 'os', position(fields.country, '﷐') > 0, 'country', position(fields.city, '﷐') > 0, 'city', position(fields.channel, '﷐') > 0, 'channel', '') AS halfPairField,
            JSONExtract(json, 'Tuple(\n                    id String,\n                    eventType String,\n                    occurredAt String,\n                    sessionId String,\n                    showId String,\n                    organizerId String,\n                    userId String,\n                    ticketTypeId String,\n                    orderId String,\n                    quantity String,\n                    device String,\n                    browser String,\n                    os String,\n                    country String,\n                    city String,\n                    channel String,\n                    updatedAt String\n                )') AS fields,
            multiIf(match(fields.occurredAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.occurredAt, 3, 'UTC'), toInt64OrNull(fields.occurredAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.occurredAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS at,
            if(fields.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), if((toInt64OrNull(fields.updatedAt) IS NULL) AND (multiIf(match(fields.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.updatedAt, 3, 'UTC'), toInt64OrNull(fields.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) IS NOT NULL), parseDateTime64BestEffortOrNull(fields.updatedAt, 6, 'UTC'), CAST(multiIf(match(fields.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.updatedAt, 3, 'UTC'), toInt64OrNull(fields.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL), 'Nullable(DateTime64(6, \'UTC\'))'))) AS updated
        FROM sluice.ticketing_events_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), fields.id = '', 'id is missing', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '') != '', concat('id ', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '')), fields.eventType = '', 'eventType is missing', (fields.eventType NOT IN ('view', 'click', 'add_to_cart', 'checkout', 'purchase', 'refund', 'check_in', 'share', 'favorite')), concat('eventType is unknown: ', concat('"', substringUTF8(fields.eventType, 1, 64), if(lengthUTF8(fields.eventType) > 64, '…', ''), '"')), fields.occurredAt = '', 'occurredAt is missing', at IS NULL, concat('occurredAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.occurredAt, 1, 64), if(lengthUTF8(fields.occurredAt) > 64, '…', ''), '"')), (toYear(at) < 2000) OR (toYear(at) > 2100), concat('occurredAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.occurredAt, 1, 64), if(lengthUTF8(fields.occurredAt) > 64, '…', ''), '"')), fields.sessionId = '', 'sessionId is missing', multiIf(length(fields.sessionId) > 256, 'is longer than 256 bytes', (startsWith(fields.sessionId, '{') OR startsWith(fields.sessionId, '[')) AND isValidJSON(fields.sessionId), 'is not a string', '') != '', concat('sessionId ', multiIf(length(fields.sessionId) > 256, 'is longer than 256 bytes', (startsWith(fields.sessionId, '{') OR startsWith(fields.sessionId, '[')) AND isValidJSON(fields.sessionId), 'is not a string', '')), fields.showId = '', 'showId is missing', multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '') != '', concat('showId ', multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '')), fields.organizerId = '', 'organizerId is missing', multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '') != '', concat('organizerId ', multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '')), multiIf(length(fields.userId) > 256, 'is longer than 256 bytes', (startsWith(fields.userId, '{') OR startsWith(fields.userId, '[')) AND isValidJSON(fields.userId), 'is not a string', '') != '', concat('userId ', multiIf(length(fields.userId) > 256, 'is longer than 256 bytes', (startsWith(fields.userId, '{') OR startsWith(fields.userId, '[')) AND isValidJSON(fields.userId), 'is not a string', '')), multiIf(length(fields.ticketTypeId) > 256, 'is longer than 256 bytes', (startsWith(fields.ticketTypeId, '{') OR startsWith(fields.ticketTypeId, '[')) AND isValidJSON(fields.ticketTypeId), 'is not a string', '') != '', concat('ticketTypeId ', multiIf(length(fields.ticketTypeId) > 256, 'is longer than 256 bytes', (startsWith(fields.ticketTypeId, '{') OR startsWith(fields.ticketTypeId, '[')) AND isValidJSON(fields.ticketTypeId), 'is not a string', '')), multiIf(length(fields.orderId) > 256, 'is longer than 256 bytes', (startsWith(fields.orderId, '{') OR startsWith(fields.orderId, '[')) AND isValidJSON(fields.orderId), 'is not a string', '') != '', concat('orderId ', multiIf(length(fields.orderId) > 256, 'is longer than 256 bytes', (startsWith(fields.orderId, '{') OR startsWith(fields.orderId, '[')) AND isValidJSON(fields.orderId), 'is not a string', '')), (fields.quantity != '') AND (NOT ifNull((toUInt32OrNull(fields.quantity) >= 0) AND (toUInt32OrNull(fields.quantity) <= 100000), 0)), concat('quantity is not a whole number from 0 to 100000: ', concat('"', substringUTF8(fields.quantity, 1, 64), if(lengthUTF8(fields.quantity) > 64, '…', ''), '"')), multiIf(length(fields.device) > 256, 'is longer than 256 bytes', (startsWith(fields.device, '{') OR startsWith(fields.device, '[')) AND isValidJSON(fields.device), 'is not a string', '') != '', concat('device ', multiIf(length(fields.device) > 256, 'is longer than 256 bytes', (startsWith(fields.device, '{') OR startsWith(fields.device, '[')) AND isValidJSON(fields.device), 'is not a string', '')), multiIf(length(fields.browser) > 256, 'is longer than 256 bytes', (startsWith(fields.browser, '{') OR startsWith(fields.browser, '[')) AND isValidJSON(fields.browser), 'is not a string', '') != '', concat('browser ', multiIf(length(fields.browser) > 256, 'is longer than 256 bytes', (startsWith(fields.browser, '{') OR startsWith(fields.browser, '[')) AND isValidJSON(fields.browser), 'is not a string', '')), multiIf(length(fields.os) > 256, 'is longer than 256 bytes', (startsWith(fields.os, '{') OR startsWith(fields.os, '[')) AND isValidJSON(fields.os), 'is not a string', '') != '', concat('os ', multiIf(length(fields.os) > 256, 'is longer than 256 bytes', (startsWith(fields.os, '{') OR startsWith(fields.os, '[')) AND isValidJSON(fields.os), 'is not a string', '')), multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '') != '', concat('country ', multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '')), multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '') != '', concat('city ', multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '')), multiIf(length(fields.channel) > 256, 'is longer than 256 bytes', (startsWith(fields.channel, '{') OR startsWith(fields.channel, '[')) AND isValidJSON(fields.channel), 'is not a string', '') != '', concat('channel ', multiIf(length(fields.channel) > 256, 'is longer than 256 bytes', (startsWith(fields.channel, '{') OR startsWith(fields.channel, '[')) AND isValidJSON(fields.channel), 'is not a string', '')), (fields.updatedAt != '') AND (updated IS NULL), concat('updatedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.updatedAt, 1, 64), if(lengthUTF8(fields.updatedAt) > 64, '…', ''), '"')), (fields.updatedAt != '') AND ((toYear(updated) < 2000) OR (toYear(updated) > 2100)), concat('updatedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.updatedAt, 1, 64), if(lengthUTF8(fields.updatedAt) > 64, '…', ''), '"')), '') AS reason,
    fields.id AS id,
    fields.eventType AS event_type,
    assumeNotNull(at) AS occurred_at,
    fields.sessionId AS session_id,
    fields.showId AS show_id,
    fields.organizerId AS organizer_id,
    fields.userId AS user_id,
    fields.ticketTypeId AS ticket_type_id,
    fields.orderId AS order_id,
    toUInt32OrZero(fields.quantity) AS quantity,
    fields.device AS device,
    fields.browser AS browser,
    fields.os AS os,
    fields.country AS country,
    fields.city AS city,
    fields.channel AS channel,
    assumeNotNull(updated) AS updated_at
FROM extracted;

CREATE TABLE sluice.ticketing_events_rollup
(
    `tenant_id` String,
    `facet` LowCardinality(String),
    `bucket` DateTime('UTC'),
    `organizer_id` String,
    `show_id` String,
    `country` String,
    `city` String,
    `device` String,
    `browser` String,
    `os` String,
    `event_type` LowCardinality(String),
    `events` UInt64,
    `computed_at` DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(bucket)
ORDER BY (tenant_id, facet, bucket, organizer_id, show_id, country, city, device, browser, os, event_type)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.ticketing_events_rollup_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND APPEND TO sluice.ticketing_events_rollup
(
    `tenant_id` String,
    `facet` String,
    `bucket` DateTime('UTC'),
    `organizer_id` String,
    `show_id` String,
    `country` String,
    `city` String,
    `device` String,
    `browser` String,
    `os` String,
    `event_type` String,
    `events` UInt64,
    `computed_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    settled AS
    (
        SELECT
            tenant_id,
            granularity,
            bucket
        FROM sluice.ticketing_changes
        WHERE stream = 'ticketing_events'
        GROUP BY
            tenant_id,
            granularity,
            bucket
        HAVING (max(changed_at) < (toStartOfMinute(now()) - toIntervalMinute(1))) AND (max(rolled_at) <= (max(changed_at) + toIntervalMinute(1)))
    )
SELECT
    tenant_id,
    facet,
    bucket,
    organizer_id,
    show_id,
    country,
    city,
    device,
    browser,
    os,
    event_type,
    sum(group_events) AS events,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM
(
    SELECT
        tenant_id,
        'show' AS facet,
        toStartOfHour(occurred_at) AS bucket,
        organizer_id,
        show_id,
        '' AS country,
        '' AS city,
        '' AS device,
        '' AS browser,
        '' AS os,
        event_type,
        count() AS group_events
    FROM sluice.ticketing_events
    FINAL
    WHERE (tenant_id, toStartOfHour(occurred_at)) IN (
        SELECT
            tenant_id,
            bucket
        FROM settled
        WHERE granularity = 'hour'
    )
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        show_id,
        event_type
    UNION ALL
    SELECT
        tenant_id,
        'place' AS facet,
        toStartOfDay(occurred_at) AS bucket,
        organizer_id,
        '' AS show_id,
        country,
        city,
        '' AS device,
        '' AS browser,
        '' AS os,
        event_type,
        count() AS group_events
    FROM sluice.ticketing_events
    FINAL
    WHERE (tenant_id, toStartOfDay(occurred_at)) IN (
        SELECT
            tenant_id,
            bucket
        FROM settled
        WHERE granularity = 'day'
    )
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        country,
        city,
        event_type
    UNION ALL
    SELECT
        tenant_id,
        'device' AS facet,
        toStartOfDay(occurred_at) AS bucket,
        organizer_id,
        '' AS show_id,
        '' AS country,
        '' AS city,
        device,
        browser,
        os,
        event_type,
        count() AS group_events
    FROM sluice.ticketing_events
    FINAL
    WHERE (tenant_id, toStartOfDay(occurred_at)) IN (
        SELECT
            tenant_id,
            bucket
        FROM settled
        WHERE granularity = 'day'
    )
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        device,
        browser,
        os,
        event_type
    UNION ALL
    SELECT
        tenant_id,
        facet,
        bucket,
        organizer_id,
        show_id,
        country,
        city,
        device,
        browser,
        os,
        event_type,
        0
    FROM sluice.ticketing_events_rollup
    WHERE (tenant_id, if((facet IN ('show')), 'hour', 'day'), bucket) IN (
        SELECT
            tenant_id,
            granularity,
            bucket
        FROM settled
    )
    UNION ALL
    SELECT
        tenant_id,
        arrayJoin(if(granularity = 'hour', ['show'], ['place', 'device'])) AS facet,
        bucket,
        '',
        '',
        '',
        '',
        '',
        '',
        '',
        '',
        0
    FROM settled
)
GROUP BY
    tenant_id,
    facet,
    bucket,
    organizer_id,
    show_id,
    country,
    city,
    device,
    browser,
    os,
    event_type;

CREATE TABLE sluice.ticketing_named
(
    `tenant_id` String,
    `kind` LowCardinality(String),
    `id` String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, kind, id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.ticketing_named_events_mv TO sluice.ticketing_named
(
    `tenant_id` String,
    `kind` String,
    `id` String
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT DISTINCT
    tenant_id,
    named.1 AS kind,
    named.2 AS id
FROM sluice.ticketing_events_parsed
ARRAY JOIN [('organizer', organizer_id), ('show', show_id)] AS named
WHERE (reason = '') AND ((named.2) != '') AND ((tenant_id, named.1, named.2) NOT IN (
    SELECT
        tenant_id,
        kind,
        id
    FROM sluice.ticketing_named
    WHERE tenant_id IN (
        SELECT tenant_id
        FROM sluice.ticketing_events_parsed
    )
));

CREATE MATERIALIZED VIEW sluice.ticketing_named_organizers_mv TO sluice.ticketing_named
(
    `tenant_id` String,
    `kind` String,
    `id` String
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT DISTINCT
    tenant_id,
    'organizer' AS kind,
    organizer_id AS id
FROM sluice.ticketing_organizers_parsed
WHERE (reason = '') AND (organizer_id != '') AND ((tenant_id, 'organizer', organizer_id) NOT IN (
    SELECT
        tenant_id,
        kind,
        id
    FROM sluice.ticketing_named
    WHERE tenant_id IN (
        SELECT tenant_id
        FROM sluice.ticketing_organizers_parsed
    )
));

CREATE MATERIALIZED VIEW sluice.ticketing_named_page_views_mv TO sluice.ticketing_named
(
    `tenant_id` String,
    `kind` String,
    `id` String
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT DISTINCT
    tenant_id,
    named.1 AS kind,
    named.2 AS id
FROM sluice.ticketing_page_views_parsed
ARRAY JOIN [('organizer', organizer_id), ('show', show_id)] AS named
WHERE (reason = '') AND ((named.2) != '') AND ((tenant_id, named.1, named.2) NOT IN (
    SELECT
        tenant_id,
        kind,
        id
    FROM sluice.ticketing_named
    WHERE tenant_id IN (
        SELECT tenant_id
        FROM sluice.ticketing_page_views_parsed
    )
));

CREATE MATERIALIZED VIEW sluice.ticketing_named_sales_mv TO sluice.ticketing_named
(
    `tenant_id` String,
    `kind` String,
    `id` String
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT DISTINCT
    tenant_id,
    named.1 AS kind,
    named.2 AS id
FROM sluice.ticketing_sales_parsed
ARRAY JOIN [('organizer', organizer_id), ('show', show_id)] AS named
WHERE (reason = '') AND ((named.2) != '') AND ((tenant_id, named.1, named.2) NOT IN (
    SELECT
        tenant_id,
        kind,
        id
    FROM sluice.ticketing_named
    WHERE tenant_id IN (
        SELECT tenant_id
        FROM sluice.ticketing_sales_parsed
    )
));

CREATE MATERIALIZED VIEW sluice.ticketing_named_shows_mv TO sluice.ticketing_named
(
    `tenant_id` String,
    `kind` String,
    `id` String
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT DISTINCT
    tenant_id,
    'show' AS kind,
    show_id AS id
FROM sluice.ticketing_shows_parsed
WHERE (reason = '') AND (show_id != '') AND ((tenant_id, 'show', show_id) NOT IN (
    SELECT
        tenant_id,
        kind,
        id
    FROM sluice.ticketing_named
    WHERE tenant_id IN (
        SELECT tenant_id
        FROM sluice.ticketing_shows_parsed
    )
));

CREATE TABLE sluice.ticketing_organizers
(
    `tenant_id` String,
    `id` String,
    `organizer_id` String,
    `changed_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `name` Nullable(String),
    `country` Nullable(String),
    `tier` Nullable(String),
    `received_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `version` UInt64,
    INDEX recent received_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, organizer_id, id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE VIEW sluice.ticketing_organizers_current
(
    `tenant_id` String,
    `organizer_id` String,
    `name` String,
    `country` String,
    `tier` String,
    `changed_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    organizer_id,
    ifNull(argMax(since.name, (since.changed_at, since.id)), '') AS name,
    ifNull(argMax(since.country, (since.changed_at, since.id)), '') AS country,
    ifNull(argMax(since.tier, (since.changed_at, since.id)), '') AS tier,
    max(since.changed_at) AS changed_at
FROM
(
    SELECT
        tenant_id,
        organizer_id,
        name,
        country,
        tier,
        changed_at,
        id,
        deleted,
        maxIf((changed_at, id, true), deleted) OVER (PARTITION BY tenant_id, organizer_id) AS deletion
    FROM sluice.ticketing_organizers
    FINAL
) AS since
WHERE (NOT (since.deletion.3)) OR ((since.changed_at, since.id) > (since.deletion.1, since.deletion.2))
GROUP BY
    tenant_id,
    organizer_id;

CREATE TABLE sluice.ticketing_organizers_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_organizers_json_odd_mv TO sluice.ticketing_organizers_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.ticketing_organizers_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.ticketing_organizers_json_plain_mv TO sluice.ticketing_organizers_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.ticketing_organizers_landing
WHERE plain;

CREATE TABLE sluice.ticketing_organizers_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "c1", "organizerId": "org-aurora", "changedAt": "2026-11-20T10:00:00Z", "name": "Aurora", "country": "DE", "tier": "gold"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_organizers_mv TO sluice.ticketing_organizers
(
    `tenant_id` String,
    `id` String,
    `organizer_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` Bool,
    `name` Nullable(String),
    `country` Nullable(String),
    `tier` Nullable(String),
    `received_at` DateTime64(3, 'UTC'),
    `version` UInt64
)
AS SELECT
    tenant_id,
    id,
    organizer_id,
    changed_at,
    deleted,
    name,
    country,
    tier,
    received_at,
    bitOr(bitShiftLeft(toUInt64(greatest(toUnixTimestamp64Milli(changed_at), 0)), 22), bitAnd(sipHash64((deleted, name, country, tier)), 4194303)) AS version
FROM sluice.ticketing_organizers_parsed
WHERE reason = '';

CREATE TABLE sluice.ticketing_organizers_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_organizers_odd_mv TO sluice.ticketing_organizers_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.ticketing_organizers_landing
WHERE NOT plain;

CREATE TABLE sluice.ticketing_organizers_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `organizer_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` Bool,
    `name` Nullable(String),
    `country` Nullable(String),
    `tier` Nullable(String)
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_organizers_parsed_mv TO sluice.ticketing_organizers_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `organizer_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` UInt8,
    `name` Nullable(String),
    `country` Nullable(String),
    `tier` Nullable(String)
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(json, 'Tuple(\n                    id String,\n                    organizerId String,\n                    changedAt String,\n                    deleted String,\n                    name String,\n                    country String,\n                    tier String\n                )') AS fields,
            multiIf(match(fields.changedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.changedAt, 3, 'UTC'), toInt64OrNull(fields.changedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.changedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS changedAtInstant,
            multiIf(json = line, '', position(fields.id, '﷐') > 0, 'id', position(fields.organizerId, '﷐') > 0, 'organizerId', position(fields.name, '﷐') > 0, 'name', position(fields.country, '﷐') > 0, 'country', position(fields.tier, '﷐') > 0, 'tier', '') AS halfPairField
        FROM sluice.ticketing_organizers_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), fields.id = '', 'id is missing', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '') != '', concat('id ', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '')), fields.organizerId = '', 'organizerId is missing', multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '') != '', concat('organizerId ', multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '')), fields.changedAt = '', 'changedAt is missing', changedAtInstant IS NULL, concat('changedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.changedAt, 1, 64), if(lengthUTF8(fields.changedAt) > 64, '…', ''), '"')), (toYear(changedAtInstant) < 2000) OR (toYear(changedAtInstant) > 2100), concat('changedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.changedAt, 1, 64), if(lengthUTF8(fields.changedAt) > 64, '…', ''), '"')), (fields.deleted NOT IN ('', 'true', 'false', '1', '0')), concat('deleted is not a boolean: ', concat('"', substringUTF8(fields.deleted, 1, 64), if(lengthUTF8(fields.deleted) > 64, '…', ''), '"')), multiIf(length(fields.name) > 256, 'is longer than 256 bytes', (startsWith(fields.name, '{') OR startsWith(fields.name, '[')) AND isValidJSON(fields.name), 'is not a string', '') != '', concat('name ', multiIf(length(fields.name) > 256, 'is longer than 256 bytes', (startsWith(fields.name, '{') OR startsWith(fields.name, '[')) AND isValidJSON(fields.name), 'is not a string', '')), multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '') != '', concat('country ', multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '')), multiIf(length(fields.tier) > 256, 'is longer than 256 bytes', (startsWith(fields.tier, '{') OR startsWith(fields.tier, '[')) AND isValidJSON(fields.tier), 'is not a string', '') != '', concat('tier ', multiIf(length(fields.tier) > 256, 'is longer than 256 bytes', (startsWith(fields.tier, '{') OR startsWith(fields.tier, '[')) AND isValidJSON(fields.tier), 'is not a string', '')), '') AS reason,
    fields.id AS id,
    fields.organizerId AS organizer_id,
    assumeNotNull(changedAtInstant) AS changed_at,
    fields.deleted IN ('true', '1') AS deleted,
    if(JSONType(json, 'name') = 'Null', NULL, fields.name) AS name,
    if(JSONType(json, 'country') = 'Null', NULL, fields.country) AS country,
    if(JSONType(json, 'tier') = 'Null', NULL, fields.tier) AS tier
FROM extracted;

CREATE TABLE sluice.ticketing_page_views
(
    `tenant_id` String,
    `id` String CODEC(ZSTD(1)),
    `occurred_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `visitor_id` String CODEC(ZSTD(1)),
    `session_id` String CODEC(ZSTD(1)),
    `url` String CODEC(ZSTD(1)),
    `user_id` String CODEC(ZSTD(1)),
    `show_id` String CODEC(ZSTD(1)),
    `organizer_id` String CODEC(ZSTD(1)),
    `referrer` String CODEC(ZSTD(1)),
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String CODEC(ZSTD(1)),
    `duration_ms` Nullable(UInt32),
    `updated_at` DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `weight` Float64 DEFAULT 1 COMMENT 'For how many page views it stands',
    INDEX ids id TYPE bloom_filter(0.0001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, occurred_at)
ORDER BY (tenant_id, occurred_at, id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE TABLE sluice.ticketing_page_views_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_page_views_json_odd_mv TO sluice.ticketing_page_views_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.ticketing_page_views_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.ticketing_page_views_json_plain_mv TO sluice.ticketing_page_views_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.ticketing_page_views_landing
WHERE plain;

CREATE TABLE sluice.ticketing_page_views_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "p1", "occurredAt": "2026-11-20T10:00:00Z", "visitorId": "v1", "sessionId": "s1", "url": "https://tickets.example/shows/gala", "showId": "gala", "organizerId": "northside", "device": "phone", "country": "DE", "durationMs": 5200}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_page_views_moved_mv TO sluice.ticketing_page_views
(
    `tenant_id` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    corrected_before AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_page_views') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_page_views_parsed
            WHERE reason = ''
        ))
    ),
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            seen_at
        FROM corrected_before
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            toDateTime64(0, 3, 'UTC') AS seen_at
        FROM sluice.ticketing_page_views
        WHERE (NOT deleted) AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_page_views_parsed
            WHERE (reason = '') AND (updated_at != occurred_at)
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.ticketing_page_views_parsed
        WHERE (reason = '') AND ((updated_at != occurred_at) OR ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM corrected_before
        )))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.ticketing_page_views_parsed
        WHERE (reason = '') AND (updated_at = occurred_at) AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_page_views_parsed
            WHERE (reason = '') AND (updated_at != occurred_at)
        ))
    ),
    corrected AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax(occurred_at, (updated_at, seen_at)) AS place,
            groupUniqArray(occurred_at) AS places
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT DISTINCT
    corrected.tenant_id AS tenant_id,
    corrected.id AS id,
    arrayJoin(arrayFilter(other -> (other != corrected.place), corrected.places)) AS occurred_at,
    corrected.newest AS updated_at,
    true AS deleted
FROM sluice.ticketing_page_views_parsed AS landed
INNER JOIN corrected ON (corrected.tenant_id = landed.tenant_id) AND (corrected.id = landed.id)
WHERE landed.reason = '';

CREATE MATERIALIZED VIEW sluice.ticketing_page_views_moved_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND APPEND TO sluice.ticketing_page_views
(
    `tenant_id` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    recent AS
    (
        SELECT DISTINCT
            tenant_id,
            id
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_page_views') AND (seen_at > (now() - toIntervalMinute(3)))
    ),
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at,
            false AS is_shown
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_page_views') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM recent
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            toDateTime64(0, 3, 'UTC') AS seen_at,
            true AS is_shown
        FROM sluice.ticketing_page_views
        FINAL
        WHERE (tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM recent
        )
    ),
    corrected AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax(occurred_at, (updated_at, seen_at)) AS place,
            groupUniqArrayIf(occurred_at, is_shown) AS places
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT
    tenant_id,
    id,
    arrayJoin(arrayFilter(other -> (other != place), places)) AS occurred_at,
    newest AS updated_at,
    true AS deleted
FROM corrected;

CREATE MATERIALIZED VIEW sluice.ticketing_page_views_mv TO sluice.ticketing_page_views
(
    `tenant_id` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `visitor_id` String,
    `session_id` String,
    `url` String,
    `user_id` String,
    `show_id` String,
    `organizer_id` String,
    `referrer` String,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String,
    `duration_ms` Nullable(UInt32),
    `updated_at` DateTime64(6, 'UTC'),
    `weight` Float64
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    parsed.tenant_id AS tenant_id,
    id,
    occurred_at,
    visitor_id,
    session_id,
    url,
    user_id,
    show_id,
    organizer_id,
    referrer,
    device,
    browser,
    os,
    country,
    city,
    duration_ms,
    updated_at,
    multiIf(NOT ((visitor_id = '') OR (((arrayFirst(rule -> (((rule.2) <= occurred_at) AND (if(startsWith(url, '/'), extract(url, '^[^?#]*'), path(url)) LIKE (rule.1))), arrayPushBack(arrayConcat(own.rules, (
        SELECT any(rules)
        FROM sluice.sampling_rules_of_tenants
        WHERE (stream = 'ticketing_page_views') AND (tenant_id = '')
    )), ('%', toDateTime64('1900-01-01 00:00:00', 3, 'UTC'), 1.)))).3) >= 1) OR ((sipHash64(concat('sampled ', visitor_id)) / 18446744073709552000.) < ((arrayFirst(rule -> (((rule.2) <= occurred_at) AND (if(startsWith(url, '/'), extract(url, '^[^?#]*'), path(url)) LIKE (rule.1))), arrayPushBack(arrayConcat(own.rules, (
        SELECT any(rules)
        FROM sluice.sampling_rules_of_tenants
        WHERE (stream = 'ticketing_page_views') AND (tenant_id = '')
    )), ('%', toDateTime64('1900-01-01 00:00:00', 3, 'UTC'), 1.)))).3))), 0., (visitor_id = '') OR (((arrayFirst(rule -> (((rule.2) <= occurred_at) AND (if(startsWith(url, '/'), extract(url, '^[^?#]*'), path(url)) LIKE (rule.1))), arrayPushBack(arrayConcat(own.rules, (
        SELECT any(rules)
        FROM sluice.sampling_rules_of_tenants
        WHERE (stream = 'ticketing_page_views') AND (tenant_id = '')
    )), ('%', toDateTime64('1900-01-01 00:00:00', 3, 'UTC'), 1.)))).3) >= 1), 1., 1 / ((arrayFirst(rule -> (((rule.2) <= occurred_at) AND (if(startsWith(url, '/'), extract(url, '^[^?#]*'), path(url)) LIKE (rule.1))), arrayPushBack(arrayConcat(own.rules, (
        SELECT any(rules)
        FROM sluice.sampling_rules_of_tenants
        WHERE (stream = 'ticketing_page_views') AND (tenant_id = '')
    )), ('%', toDateTime64('1900-01-01 00:00:00', 3, 'UTC'), 1.)))).3)) AS weight
FROM sluice.ticketing_page_views_parsed AS parsed
LEFT JOIN
(
    SELECT
        tenant_id,
        rules
    FROM sluice.sampling_rules_of_tenants
    WHERE stream = 'ticketing_page_views'
) AS own ON own.tenant_id = parsed.tenant_id
WHERE (reason = '') AND (weight > 0);

CREATE TABLE sluice.ticketing_page_views_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_page_views_odd_mv TO sluice.ticketing_page_views_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.ticketing_page_views_landing
WHERE NOT plain;

CREATE TABLE sluice.ticketing_page_views_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `visitor_id` String,
    `session_id` String,
    `url` String,
    `user_id` String,
    `show_id` String,
    `organizer_id` String,
    `referrer` String,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String,
    `duration_ms` Nullable(UInt32),
    `updated_at` DateTime64(6, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_page_views_parsed_mv TO sluice.ticketing_page_views_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `visitor_id` String,
    `session_id` String,
    `url` String,
    `user_id` String,
    `show_id` String,
    `organizer_id` String,
    `referrer` String,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String,
    `duration_ms` Nullable(UInt32),
    `updated_at` DateTime64(6, 'UTC')
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(json = line, '', position(fields.id, '﷐') > 0, 'id', position(fields.visitorId, '﷐') > 0, 'visitorId', position(fields.sessionId, '﷐') > 0, 'sessionId', position(fields.url, '﷐') > 0, 'url', position(fields.userId, '﷐') > 0, 'userId', position(fields.showId, '﷐') > 0, 'showId', position(fields.organizerId, '﷐') > 0, 'organizerId', position(fields.referrer, '﷐') > 0, 'referrer', position(fields.device, '﷐') > 0, 'device', position(fields.browser, '﷐') > 0, 'browser', position(fields.os, '﷐') > 0, 'os', position(fields.country, '﷐') > 0, 'country', position(fields.city, '﷐') > 0, 'city', '') AS halfPairField,
            JSONExtract(json, 'Tuple(\n                    id String,\n                    occurredAt String,\n                    visitorId String,\n                    sessionId String,\n                    url String,\n                    userId String,\n                    showId String,\n                    organizerId String,\n                    referrer String,\n                    device String,\n                    browser String,\n                    os String,\n                    country String,\n                    city String,\n                    durationMs String,\n                    updatedAt String\n                )') AS fields,
            multiIf(match(fields.occurredAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.occurredAt, 3, 'UTC'), toInt64OrNull(fields.occurredAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.occurredAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS at,
            if(fields.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), if((toInt64OrNull(fields.updatedAt) IS NULL) AND (multiIf(match(fields.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.updatedAt, 3, 'UTC'), toInt64OrNull(fields.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) IS NOT NULL), parseDateTime64BestEffortOrNull(fields.updatedAt, 6, 'UTC'), CAST(multiIf(match(fields.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.updatedAt, 3, 'UTC'), toInt64OrNull(fields.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL), 'Nullable(DateTime64(6, \'UTC\'))'))) AS updated
        FROM sluice.ticketing_page_views_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), fields.id = '', 'id is missing', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '') != '', concat('id ', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '')), fields.occurredAt = '', 'occurredAt is missing', at IS NULL, concat('occurredAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.occurredAt, 1, 64), if(lengthUTF8(fields.occurredAt) > 64, '…', ''), '"')), (toYear(at) < 2000) OR (toYear(at) > 2100), concat('occurredAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.occurredAt, 1, 64), if(lengthUTF8(fields.occurredAt) > 64, '…', ''), '"')), fields.visitorId = '', 'visitorId is missing', multiIf(length(fields.visitorId) > 256, 'is longer than 256 bytes', (startsWith(fields.visitorId, '{') OR startsWith(fields.visitorId, '[')) AND isValidJSON(fields.visitorId), 'is not a string', '') != '', concat('visitorId ', multiIf(length(fields.visitorId) > 256, 'is longer than 256 bytes', (startsWith(fields.visitorId, '{') OR startsWith(fields.visitorId, '[')) AND isValidJSON(fields.visitorId), 'is not a string', '')), fields.sessionId = '', 'sessionId is missing', multiIf(length(fields.sessionId) > 256, 'is longer than 256 bytes', (startsWith(fields.sessionId, '{') OR startsWith(fields.sessionId, '[')) AND isValidJSON(fields.sessionId), 'is not a string', '') != '', concat('sessionId ', multiIf(length(fields.sessionId) > 256, 'is longer than 256 bytes', (startsWith(fields.sessionId, '{') OR startsWith(fields.sessionId, '[')) AND isValidJSON(fields.sessionId), 'is not a string', '')), fields.url = '', 'url is missing', length(fields.url) > 4096, 'url is longer than 4096 bytes', (startsWith(fields.url, '{') OR startsWith(fields.url, '[')) AND isValidJSON(fields.url), 'url is not a string', multiIf(length(fields.userId) > 256, 'is longer than 256 bytes', (startsWith(fields.userId, '{') OR startsWith(fields.userId, '[')) AND isValidJSON(fields.userId), 'is not a string', '') != '', concat('userId ', multiIf(length(fields.userId) > 256, 'is longer than 256 bytes', (startsWith(fields.userId, '{') OR startsWith(fields.userId, '[')) AND isValidJSON(fields.userId), 'is not a string', '')), multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '') != '', concat('showId ', multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '')), multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '') != '', concat('organizerId ', multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '')), length(fields.referrer) > 4096, 'referrer is longer than 4096 bytes', (startsWith(fields.referrer, '{') OR startsWith(fields.referrer, '[')) AND isValidJSON(fields.referrer), 'referrer is not a string', multiIf(length(fields.device) > 256, 'is longer than 256 bytes', (startsWith(fields.device, '{') OR startsWith(fields.device, '[')) AND isValidJSON(fields.device), 'is not a string', '') != '', concat('device ', multiIf(length(fields.device) > 256, 'is longer than 256 bytes', (startsWith(fields.device, '{') OR startsWith(fields.device, '[')) AND isValidJSON(fields.device), 'is not a string', '')), multiIf(length(fields.browser) > 256, 'is longer than 256 bytes', (startsWith(fields.browser, '{') OR startsWith(fields.browser, '[')) AND isValidJSON(fields.browser), 'is not a string', '') != '', concat('browser ', multiIf(length(fields.browser) > 256, 'is longer than 256 bytes', (startsWith(fields.browser, '{') OR startsWith(fields.browser, '[')) AND isValidJSON(fields.browser), 'is not a string', '')), multiIf(length(fields.os) > 256, 'is longer than 256 bytes', (startsWith(fields.os, '{') OR startsWith(fields.os, '[')) AND isValidJSON(fields.os), 'is not a string', '') != '', concat('os ', multiIf(length(fields.os) > 256, 'is longer than 256 bytes', (startsWith(fields.os, '{') OR startsWith(fields.os, '[')) AND isValidJSON(fields.os), 'is not a string', '')), multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '') != '', concat('country ', multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '')), multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '') != '', concat('city ', multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '')), (fields.durationMs != '') AND (NOT ifNull((toUInt32OrNull(fields.durationMs) >= 0) AND (toUInt32OrNull(fields.durationMs) <= 4294967295), 0)), concat('durationMs is not a whole number from 0 to 4294967295: ', concat('"', substringUTF8(fields.durationMs, 1, 64), if(lengthUTF8(fields.durationMs) > 64, '…', ''), '"')), (fields.updatedAt != '') AND (updated IS NULL), concat('updatedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.updatedAt, 1, 64), if(lengthUTF8(fields.updatedAt) > 64, '…', ''), '"')), (fields.updatedAt != '') AND ((toYear(updated) < 2000) OR (toYear(updated) > 2100)), concat('updatedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.updatedAt, 1, 64), if(lengthUTF8(fields.updatedAt) > 64, '…', ''), '"')), '') AS reason,
    fields.id AS id,
    assumeNotNull(at) AS occurred_at,
    fields.visitorId AS visitor_id,
    fields.sessionId AS session_id,
    fields.url AS url,
    fields.userId AS user_id,
    fields.showId AS show_id,
    fields.organizerId AS organizer_id,
    fields.referrer AS referrer,
    fields.device AS device,
    fields.browser AS browser,
    fields.os AS os,
    fields.country AS country,
    fields.city AS city,
    toUInt32OrNull(fields.durationMs) AS duration_ms,
    assumeNotNull(updated) AS updated_at
FROM extracted;

CREATE TABLE sluice.ticketing_sales
(
    `tenant_id` String,
    `id` String CODEC(ZSTD(1)),
    `kind` LowCardinality(String),
    `order_id` String CODEC(ZSTD(1)),
    `occurred_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `user_id` String CODEC(ZSTD(1)),
    `show_id` String CODEC(ZSTD(1)),
    `organizer_id` String CODEC(ZSTD(1)),
    `ticket_type_id` String CODEC(ZSTD(1)),
    `quantity` UInt32,
    `unit_price_minor` Int64,
    `fee_minor` Int64,
    `discount_minor` Int64,
    `currency` LowCardinality(String),
    `channel` String,
    `promo_code` String CODEC(ZSTD(1)),
    `refund_of` String CODEC(ZSTD(1)),
    `country` String,
    `city` String CODEC(ZSTD(1)),
    `device` String,
    `updated_at` DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `order_hash` UInt64 MATERIALIZED sipHash64(order_id) CODEC(NONE),
    `arrived_at` DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    INDEX ids id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX arrivals arrived_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, occurred_at)
ORDER BY (tenant_id, occurred_at, id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE TABLE sluice.ticketing_sales_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_sales_json_odd_mv TO sluice.ticketing_sales_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.ticketing_sales_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.ticketing_sales_json_plain_mv TO sluice.ticketing_sales_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.ticketing_sales_landing
WHERE plain;

CREATE TABLE sluice.ticketing_sales_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "l1", "kind": "sale", "orderId": "o1", "occurredAt": "2026-11-20T10:00:00Z", "userId": "u1", "showId": "gala", "organizerId": "northside", "ticketTypeId": "gala-standard", "quantity": 2, "unitPriceMinor": 4500, "feeMinor": 450, "currency": "EUR", "channel": "web"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_sales_moved_mv TO sluice.ticketing_sales
(
    `tenant_id` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    corrected_before AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_sales') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_sales_parsed
            WHERE reason = ''
        ))
    ),
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            seen_at
        FROM corrected_before
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            toDateTime64(0, 3, 'UTC') AS seen_at
        FROM sluice.ticketing_sales
        WHERE (NOT deleted) AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_sales_parsed
            WHERE (reason = '') AND (updated_at != occurred_at)
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.ticketing_sales_parsed
        WHERE (reason = '') AND ((updated_at != occurred_at) OR ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM corrected_before
        )))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            now64(3) AS seen_at
        FROM sluice.ticketing_sales_parsed
        WHERE (reason = '') AND (updated_at = occurred_at) AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM sluice.ticketing_sales_parsed
            WHERE (reason = '') AND (updated_at != occurred_at)
        ))
    ),
    corrected AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax(occurred_at, (updated_at, seen_at)) AS place,
            groupUniqArray(occurred_at) AS places
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT DISTINCT
    corrected.tenant_id AS tenant_id,
    corrected.id AS id,
    arrayJoin(arrayFilter(other -> (other != corrected.place), corrected.places)) AS occurred_at,
    corrected.newest AS updated_at,
    true AS deleted
FROM sluice.ticketing_sales_parsed AS landed
INNER JOIN corrected ON (corrected.tenant_id = landed.tenant_id) AND (corrected.id = landed.id)
WHERE landed.reason = '';

CREATE MATERIALIZED VIEW sluice.ticketing_sales_moved_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND APPEND TO sluice.ticketing_sales
(
    `tenant_id` String,
    `id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    recent AS
    (
        SELECT DISTINCT
            tenant_id,
            id
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_sales') AND (seen_at > (now() - toIntervalMinute(3)))
    ),
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at,
            false AS is_shown
        FROM sluice.ticketing_corrections
        WHERE (stream = 'ticketing_sales') AND ((tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM recent
        ))
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            toDateTime64(0, 3, 'UTC') AS seen_at,
            true AS is_shown
        FROM sluice.ticketing_sales
        FINAL
        WHERE (tenant_id, id) IN (
            SELECT
                tenant_id,
                id
            FROM recent
        )
    ),
    corrected AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax(occurred_at, (updated_at, seen_at)) AS place,
            groupUniqArrayIf(occurred_at, is_shown) AS places
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT
    tenant_id,
    id,
    arrayJoin(arrayFilter(other -> (other != place), places)) AS occurred_at,
    newest AS updated_at,
    true AS deleted
FROM corrected;

CREATE MATERIALIZED VIEW sluice.ticketing_sales_mv TO sluice.ticketing_sales
(
    `tenant_id` String,
    `id` String,
    `kind` LowCardinality(String),
    `order_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `user_id` String,
    `show_id` String,
    `organizer_id` String,
    `ticket_type_id` String,
    `quantity` UInt32,
    `unit_price_minor` Int64,
    `fee_minor` Int64,
    `discount_minor` Int64,
    `currency` LowCardinality(String),
    `channel` String,
    `promo_code` String,
    `refund_of` String,
    `country` String,
    `city` String,
    `device` String,
    `updated_at` DateTime64(6, 'UTC')
)
AS SELECT
    tenant_id,
    id,
    kind,
    order_id,
    occurred_at,
    user_id,
    show_id,
    organizer_id,
    ticket_type_id,
    quantity,
    unit_price_minor,
    fee_minor,
    discount_minor,
    currency,
    channel,
    promo_code,
    refund_of,
    country,
    city,
    device,
    updated_at
FROM sluice.ticketing_sales_parsed
WHERE reason = '';

CREATE TABLE sluice.ticketing_sales_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_sales_odd_mv TO sluice.ticketing_sales_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.ticketing_sales_landing
WHERE NOT plain;

CREATE TABLE sluice.ticketing_sales_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `kind` LowCardinality(String),
    `order_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `user_id` String,
    `show_id` String,
    `organizer_id` String,
    `ticket_type_id` String,
    `quantity` UInt32,
    `unit_price_minor` Int64,
    `fee_minor` Int64,
    `discount_minor` Int64,
    `currency` LowCardinality(String),
    `channel` String,
    `promo_code` String,
    `refund_of` String,
    `country` String,
    `city` String,
    `device` String,
    `updated_at` DateTime64(6, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_sales_parsed_mv TO sluice.ticketing_sales_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `kind` String,
    `order_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `user_id` String,
    `show_id` String,
    `organizer_id` String,
    `ticket_type_id` String,
    `quantity` UInt32,
    `unit_price_minor` Int64,
    `fee_minor` Int64,
    `discount_minor` Int64,
    `currency` String,
    `channel` String,
    `promo_code` String,
    `refund_of` String,
    `country` String,
    `city` String,
    `device` String,
    `updated_at` DateTime64(6, 'UTC')
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(json = line, '', position(fields.id, '﷐') > 0, 'id', position(fields.orderId, '﷐') > 0, 'orderId', position(fields.userId, '﷐') > 0, 'userId', position(fields.showId, '﷐') > 0, 'showId', position(fields.organizerId, '﷐') > 0, 'organizerId', position(fields.ticketTypeId, '﷐') > 0, 'ticketTypeId', position(fields.channel, '﷐') > 0, 'channel', position(fields.promoCode, '﷐') > 0, 'promoCode', position(fields.refundOf, '﷐') > 0, 'refundOf', position(fields.country, '﷐') > 0, 'country', position(fields.city, '﷐') > 0, 'city', position(fields.device, '﷐') > 0, 'device', '') AS halfPairField,
            JSONExtract(json, 'Tuple(\n                    id String,\n                    kind String,\n                    orderId String,\n                    occurredAt String,\n                    userId String,\n                    showId String,\n                    organizerId String,\n                    ticketTypeId String,\n                    quantity String,\n                    unitPriceMinor String,\n                    feeMinor String,\n                    discountMinor String,\n                    currency String,\n                    channel String,\n                    promoCode String,\n                    refundOf String,\n                    country String,\n                    city String,\n                    device String,\n                    updatedAt String\n                )') AS fields,
            multiIf(match(fields.occurredAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.occurredAt, 3, 'UTC'), toInt64OrNull(fields.occurredAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.occurredAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS at,
            if(fields.updatedAt = '', CAST(at, 'Nullable(DateTime64(6, \'UTC\'))'), if((toInt64OrNull(fields.updatedAt) IS NULL) AND (multiIf(match(fields.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.updatedAt, 3, 'UTC'), toInt64OrNull(fields.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) IS NOT NULL), parseDateTime64BestEffortOrNull(fields.updatedAt, 6, 'UTC'), CAST(multiIf(match(fields.updatedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.updatedAt, 3, 'UTC'), toInt64OrNull(fields.updatedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.updatedAt)), -62135596800000), 253402300799999), 'UTC'), NULL), 'Nullable(DateTime64(6, \'UTC\'))'))) AS updated
        FROM sluice.ticketing_sales_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), fields.id = '', 'id is missing', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '') != '', concat('id ', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '')), fields.kind = '', 'kind is missing', (fields.kind NOT IN ('sale', 'refund')), concat('kind is unknown: ', concat('"', substringUTF8(fields.kind, 1, 64), if(lengthUTF8(fields.kind) > 64, '…', ''), '"')), fields.orderId = '', 'orderId is missing', multiIf(length(fields.orderId) > 256, 'is longer than 256 bytes', (startsWith(fields.orderId, '{') OR startsWith(fields.orderId, '[')) AND isValidJSON(fields.orderId), 'is not a string', '') != '', concat('orderId ', multiIf(length(fields.orderId) > 256, 'is longer than 256 bytes', (startsWith(fields.orderId, '{') OR startsWith(fields.orderId, '[')) AND isValidJSON(fields.orderId), 'is not a string', '')), fields.occurredAt = '', 'occurredAt is missing', at IS NULL, concat('occurredAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.occurredAt, 1, 64), if(lengthUTF8(fields.occurredAt) > 64, '…', ''), '"')), (toYear(at) < 2000) OR (toYear(at) > 2100), concat('occurredAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.occurredAt, 1, 64), if(lengthUTF8(fields.occurredAt) > 64, '…', ''), '"')), fields.userId = '', 'userId is missing', multiIf(length(fields.userId) > 256, 'is longer than 256 bytes', (startsWith(fields.userId, '{') OR startsWith(fields.userId, '[')) AND isValidJSON(fields.userId), 'is not a string', '') != '', concat('userId ', multiIf(length(fields.userId) > 256, 'is longer than 256 bytes', (startsWith(fields.userId, '{') OR startsWith(fields.userId, '[')) AND isValidJSON(fields.userId), 'is not a string', '')), fields.showId = '', 'showId is missing', multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '') != '', concat('showId ', multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '')), fields.organizerId = '', 'organizerId is missing', multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '') != '', concat('organizerId ', multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '')), fields.ticketTypeId = '', 'ticketTypeId is missing', multiIf(length(fields.ticketTypeId) > 256, 'is longer than 256 bytes', (startsWith(fields.ticketTypeId, '{') OR startsWith(fields.ticketTypeId, '[')) AND isValidJSON(fields.ticketTypeId), 'is not a string', '') != '', concat('ticketTypeId ', multiIf(length(fields.ticketTypeId) > 256, 'is longer than 256 bytes', (startsWith(fields.ticketTypeId, '{') OR startsWith(fields.ticketTypeId, '[')) AND isValidJSON(fields.ticketTypeId), 'is not a string', '')), fields.quantity = '', 'quantity is missing', NOT ifNull((toUInt32OrNull(fields.quantity) >= 1) AND (toUInt32OrNull(fields.quantity) <= 100000), 0), concat('quantity is not a whole number from 1 to 100000: ', concat('"', substringUTF8(fields.quantity, 1, 64), if(lengthUTF8(fields.quantity) > 64, '…', ''), '"')), fields.unitPriceMinor = '', 'unitPriceMinor is missing', NOT ifNull((toInt64OrNull(fields.unitPriceMinor) >= 0) AND (toInt64OrNull(fields.unitPriceMinor) <= 1000000000000), 0), concat('unitPriceMinor is not a whole number of minor units from 0 to 1000000000000: ', concat('"', substringUTF8(fields.unitPriceMinor, 1, 64), if(lengthUTF8(fields.unitPriceMinor) > 64, '…', ''), '"')), (fields.feeMinor != '') AND (NOT ifNull((toInt64OrNull(fields.feeMinor) >= 0) AND (toInt64OrNull(fields.feeMinor) <= 1000000000000), 0)), concat('feeMinor is not a whole number of minor units from 0 to 1000000000000: ', concat('"', substringUTF8(fields.feeMinor, 1, 64), if(lengthUTF8(fields.feeMinor) > 64, '…', ''), '"')), (fields.discountMinor != '') AND (NOT ifNull((toInt64OrNull(fields.discountMinor) >= 0) AND (toInt64OrNull(fields.discountMinor) <= 1000000000000), 0)), concat('discountMinor is not a whole number of minor units from 0 to 1000000000000: ', concat('"', substringUTF8(fields.discountMinor, 1, 64), if(lengthUTF8(fields.discountMinor) > 64, '…', ''), '"')), fields.currency = '', 'currency is missing', NOT (fields.currency IN ('AED', 'AFN', 'ALL', 'AMD', 'AOA', 'ARS', 'AUD', 'AWG', 'AZN', 'BAM', 'BBD', 'BDT', 'BGN', 'BHD', 'BIF', 'BMD', 'BND', 'BOB', 'BRL', 'BSD', 'BTN', 'BWP', 'BYN', 'BZD', 'CAD', 'CDF', 'CHF', 'CLP', 'CNY', 'COP', 'CRC', 'CUP', 'CVE', 'CZK', 'DJF', 'DKK', 'DOP', 'DZD', 'EGP', 'ERN', 'ETB', 'EUR', 'FJD', 'FKP', 'GBP', 'GEL', 'GHS', 'GIP', 'GMD', 'GNF', 'GTQ', 'GYD', 'HKD', 'HNL', 'HTG', 'HUF', 'IDR', 'ILS', 'INR', 'IQD', 'IRR', 'ISK', 'JMD', 'JOD', 'JPY', 'KES', 'KGS', 'KHR', 'KMF', 'KPW', 'KRW', 'KWD', 'KYD', 'KZT', 'LAK', 'LBP', 'LKR', 'LRD', 'LSL', 'LYD', 'MAD', 'MDL', 'MGA', 'MKD', 'MMK', 'MNT', 'MOP', 'MRU', 'MUR', 'MVR', 'MWK', 'MXN', 'MYR', 'MZN', 'NAD', 'NGN', 'NIO', 'NOK', 'NPR', 'NZD', 'OMR', 'PAB', 'PEN', 'PGK', 'PHP', 'PKR', 'PLN', 'PYG', 'QAR', 'RON', 'RSD', 'RUB', 'RWF', 'SAR', 'SBD', 'SCR', 'SDG', 'SEK', 'SGD', 'SHP', 'SLE', 'SOS', 'SRD', 'SSP', 'STN', 'SVC', 'SYP', 'SZL', 'THB', 'TJS', 'TMT', 'TND', 'TOP', 'TRY', 'TTD', 'TWD', 'TZS', 'UAH', 'UGX', 'USD', 'UYU', 'UZS', 'VED', 'VES', 'VND', 'VUV', 'WST', 'XAF', 'XCD', 'XCG', 'XOF', 'XPF', 'YER', 'ZAR', 'ZMW', 'ZWG', 'ANG')), concat('currency is not a code of ISO 4217: ', concat('"', substringUTF8(fields.currency, 1, 64), if(lengthUTF8(fields.currency) > 64, '…', ''), '"')), fields.channel = '', 'channel is missing', multiIf(length(fields.channel) > 256, 'is longer than 256 bytes', (startsWith(fields.channel, '{') OR startsWith(fields.channel, '[')) AND isValidJSON(fields.channel), 'is not a string', '') != '', concat('channel ', multiIf(length(fields.channel) > 256, 'is longer than 256 bytes', (startsWith(fields.channel, '{') OR startsWith(fields.channel, '[')) AND isValidJSON(fields.channel), 'is not a string', '')), multiIf(length(fields.promoCode) > 256, 'is longer than 256 bytes', (startsWith(fields.promoCode, '{') OR startsWith(fields.promoCode, '[')) AND isValidJSON(fields.promoCode), 'is not a string', '') != '', concat('promoCode ', multiIf(length(fields.promoCode) > 256, 'is longer than 256 bytes', (startsWith(fields.promoCode, '{') OR startsWith(fields.promoCode, '[')) AND isValidJSON(fields.promoCode), 'is not a string', '')), multiIf(length(fields.refundOf) > 256, 'is longer than 256 bytes', (startsWith(fields.refundOf, '{') OR startsWith(fields.refundOf, '[')) AND isValidJSON(fields.refundOf), 'is not a string', '') != '', concat('refundOf ', multiIf(length(fields.refundOf) > 256, 'is longer than 256 bytes', (startsWith(fields.refundOf, '{') OR startsWith(fields.refundOf, '[')) AND isValidJSON(fields.refundOf), 'is not a string', '')), multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '') != '', concat('country ', multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '')), multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '') != '', concat('city ', multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '')), multiIf(length(fields.device) > 256, 'is longer than 256 bytes', (startsWith(fields.device, '{') OR startsWith(fields.device, '[')) AND isValidJSON(fields.device), 'is not a string', '') != '', concat('device ', multiIf(length(fields.device) > 256, 'is longer than 256 bytes', (startsWith(fields.device, '{') OR startsWith(fields.device, '[')) AND isValidJSON(fields.device), 'is not a string', '')), (fields.updatedAt != '') AND (updated IS NULL), concat('updatedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.updatedAt, 1, 64), if(lengthUTF8(fields.updatedAt) > 64, '…', ''), '"')), (fields.updatedAt != '') AND ((toYear(updated) < 2000) OR (toYear(updated) > 2100)), concat('updatedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.updatedAt, 1, 64), if(lengthUTF8(fields.updatedAt) > 64, '…', ''), '"')), (toUInt64(toUInt32OrZero(fields.quantity)) * toUInt64(toInt64OrZero(fields.unitPriceMinor))) > 1000000000000, 'quantity times unitPriceMinor is more than 1000000000000', toInt64OrZero(fields.discountMinor) > (toInt64(toUInt32OrZero(fields.quantity)) * toInt64OrZero(fields.unitPriceMinor)), concat('discountMinor is more than the price of the line: ', concat('"', substringUTF8(fields.discountMinor, 1, 64), if(lengthUTF8(fields.discountMinor) > 64, '…', ''), '"')), (fields.kind = 'sale') AND (fields.refundOf != ''), 'refundOf is of a refund only', '') AS reason,
    fields.id AS id,
    fields.kind AS kind,
    fields.orderId AS order_id,
    assumeNotNull(at) AS occurred_at,
    fields.userId AS user_id,
    fields.showId AS show_id,
    fields.organizerId AS organizer_id,
    fields.ticketTypeId AS ticket_type_id,
    toUInt32OrZero(fields.quantity) AS quantity,
    toInt64OrZero(fields.unitPriceMinor) AS unit_price_minor,
    toInt64OrZero(fields.feeMinor) AS fee_minor,
    toInt64OrZero(fields.discountMinor) AS discount_minor,
    fields.currency AS currency,
    fields.channel AS channel,
    fields.promoCode AS promo_code,
    fields.refundOf AS refund_of,
    fields.country AS country,
    fields.city AS city,
    fields.device AS device,
    assumeNotNull(updated) AS updated_at
FROM extracted;

CREATE TABLE sluice.ticketing_sales_rollup
(
    `tenant_id` String,
    `facet` LowCardinality(String),
    `bucket` DateTime('UTC'),
    `organizer_id` String,
    `show_id` String,
    `channel` String,
    `country` String,
    `city` String,
    `currency` LowCardinality(String),
    `orders` UInt64,
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `gross_minor` Int64,
    `discount_minor` Int64,
    `refund_minor` Int64,
    `fee_minor` Int64,
    `computed_at` DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(bucket)
ORDER BY (tenant_id, facet, bucket, organizer_id, show_id, channel, country, city, currency)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.ticketing_sales_rollup_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND APPEND TO sluice.ticketing_sales_rollup
(
    `tenant_id` String,
    `facet` String,
    `bucket` DateTime('UTC'),
    `organizer_id` String,
    `show_id` String,
    `channel` String,
    `country` String,
    `city` String,
    `currency` String,
    `orders` UInt64,
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `gross_minor` Int64,
    `discount_minor` Int64,
    `refund_minor` Int64,
    `fee_minor` Int64,
    `computed_at` DateTime64(3, 'UTC')
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    settled AS
    (
        SELECT
            tenant_id,
            granularity,
            bucket
        FROM sluice.ticketing_changes
        WHERE stream = 'ticketing_sales'
        GROUP BY
            tenant_id,
            granularity,
            bucket
        HAVING (max(changed_at) < (toStartOfMinute(now()) - toIntervalMinute(1))) AND (max(rolled_at) <= (max(changed_at) + toIntervalMinute(1)))
    )
SELECT
    tenant_id,
    facet,
    bucket,
    organizer_id,
    show_id,
    channel,
    country,
    city,
    currency,
    sum(group_orders) AS orders,
    sum(group_tickets) AS tickets,
    sum(group_refunded_tickets) AS refunded_tickets,
    sum(group_gross_minor) AS gross_minor,
    sum(group_discount_minor) AS discount_minor,
    sum(group_refund_minor) AS refund_minor,
    sum(group_fee_minor) AS fee_minor,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM
(
    SELECT
        tenant_id,
        'show' AS facet,
        toStartOfHour(occurred_at) AS bucket,
        organizer_id,
        show_id,
        '' AS channel,
        '' AS country,
        '' AS city,
        currency,
        uniqExactIf(order_hash, kind = 'sale') AS group_orders,
        sumIf(quantity, kind = 'sale') AS group_tickets,
        sumIf(quantity, kind = 'refund') AS group_refunded_tickets,
        sumIf(quantity * unit_price_minor, kind = 'sale') AS group_gross_minor,
        sumIf(discount_minor, kind = 'sale') AS group_discount_minor,
        sumIf((quantity * unit_price_minor) - discount_minor, kind = 'refund') AS group_refund_minor,
        sum(if(kind = 'sale', fee_minor, -fee_minor)) AS group_fee_minor
    FROM sluice.ticketing_sales
    FINAL
    WHERE (tenant_id, toStartOfHour(occurred_at)) IN (
        SELECT
            tenant_id,
            bucket
        FROM settled
        WHERE granularity = 'hour'
    )
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        show_id,
        currency
    UNION ALL
    SELECT
        tenant_id,
        'channel' AS facet,
        toStartOfHour(occurred_at) AS bucket,
        organizer_id,
        '' AS show_id,
        channel,
        '' AS country,
        '' AS city,
        currency,
        uniqExactIf(order_hash, kind = 'sale') AS group_orders,
        sumIf(quantity, kind = 'sale') AS group_tickets,
        sumIf(quantity, kind = 'refund') AS group_refunded_tickets,
        sumIf(quantity * unit_price_minor, kind = 'sale') AS group_gross_minor,
        sumIf(discount_minor, kind = 'sale') AS group_discount_minor,
        sumIf((quantity * unit_price_minor) - discount_minor, kind = 'refund') AS group_refund_minor,
        sum(if(kind = 'sale', fee_minor, -fee_minor)) AS group_fee_minor
    FROM sluice.ticketing_sales
    FINAL
    WHERE (tenant_id, toStartOfHour(occurred_at)) IN (
        SELECT
            tenant_id,
            bucket
        FROM settled
        WHERE granularity = 'hour'
    )
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        channel,
        currency
    UNION ALL
    SELECT
        tenant_id,
        'place' AS facet,
        toStartOfDay(occurred_at) AS bucket,
        organizer_id,
        '' AS show_id,
        '' AS channel,
        country,
        city,
        currency,
        uniqExactIf(order_hash, kind = 'sale') AS group_orders,
        sumIf(quantity, kind = 'sale') AS group_tickets,
        sumIf(quantity, kind = 'refund') AS group_refunded_tickets,
        sumIf(quantity * unit_price_minor, kind = 'sale') AS group_gross_minor,
        sumIf(discount_minor, kind = 'sale') AS group_discount_minor,
        sumIf((quantity * unit_price_minor) - discount_minor, kind = 'refund') AS group_refund_minor,
        sum(if(kind = 'sale', fee_minor, -fee_minor)) AS group_fee_minor
    FROM sluice.ticketing_sales
    FINAL
    WHERE (tenant_id, toStartOfDay(occurred_at)) IN (
        SELECT
            tenant_id,
            bucket
        FROM settled
        WHERE granularity = 'day'
    )
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        country,
        city,
        currency
    UNION ALL
    SELECT
        tenant_id,
        facet,
        bucket,
        organizer_id,
        show_id,
        channel,
        country,
        city,
        currency,
        0,
        0,
        0,
        0,
        0,
        0,
        0
    FROM sluice.ticketing_sales_rollup
    WHERE (tenant_id, if((facet IN ('show', 'channel')), 'hour', 'day'), bucket) IN (
        SELECT
            tenant_id,
            granularity,
            bucket
        FROM settled
    )
    UNION ALL
    SELECT
        tenant_id,
        arrayJoin(if(granularity = 'hour', ['show', 'channel'], ['place'])) AS facet,
        bucket,
        '',
        '',
        '',
        '',
        '',
        '',
        0,
        0,
        0,
        0,
        0,
        0,
        0
    FROM settled
)
GROUP BY
    tenant_id,
    facet,
    bucket,
    organizer_id,
    show_id,
    channel,
    country,
    city,
    currency;

CREATE TABLE sluice.ticketing_shows
(
    `tenant_id` String,
    `id` String,
    `show_id` String,
    `changed_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `organizer_id` Nullable(String),
    `name` Nullable(String),
    `category` Nullable(String),
    `venue` Nullable(String),
    `city` Nullable(String),
    `country` Nullable(String),
    `starts_at` Nullable(DateTime64(3, 'UTC')),
    `ends_at` Nullable(DateTime64(3, 'UTC')),
    `capacity` Nullable(UInt32),
    `received_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `version` UInt64,
    INDEX recent received_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, show_id, id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE VIEW sluice.ticketing_shows_current
(
    `tenant_id` String,
    `show_id` String,
    `organizer_id` String,
    `name` String,
    `category` String,
    `venue` String,
    `city` String,
    `country` String,
    `starts_at` Nullable(DateTime64(3, 'UTC')),
    `ends_at` Nullable(DateTime64(3, 'UTC')),
    `capacity` Nullable(UInt32),
    `changed_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    show_id,
    ifNull(argMax(since.organizer_id, (since.changed_at, since.id)), '') AS organizer_id,
    ifNull(argMax(since.name, (since.changed_at, since.id)), '') AS name,
    ifNull(argMax(since.category, (since.changed_at, since.id)), '') AS category,
    ifNull(argMax(since.venue, (since.changed_at, since.id)), '') AS venue,
    ifNull(argMax(since.city, (since.changed_at, since.id)), '') AS city,
    ifNull(argMax(since.country, (since.changed_at, since.id)), '') AS country,
    argMax(since.starts_at, (since.changed_at, since.id)) AS starts_at,
    argMax(since.ends_at, (since.changed_at, since.id)) AS ends_at,
    argMax(since.capacity, (since.changed_at, since.id)) AS capacity,
    max(since.changed_at) AS changed_at
FROM
(
    SELECT
        tenant_id,
        show_id,
        organizer_id,
        name,
        category,
        venue,
        city,
        country,
        starts_at,
        ends_at,
        capacity,
        changed_at,
        id,
        deleted,
        maxIf((changed_at, id, true), deleted) OVER (PARTITION BY tenant_id, show_id) AS deletion
    FROM sluice.ticketing_shows
    FINAL
) AS since
WHERE (NOT (since.deletion.3)) OR ((since.changed_at, since.id) > (since.deletion.1, since.deletion.2))
GROUP BY
    tenant_id,
    show_id;

CREATE TABLE sluice.ticketing_shows_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_shows_json_odd_mv TO sluice.ticketing_shows_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.ticketing_shows_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.ticketing_shows_json_plain_mv TO sluice.ticketing_shows_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.ticketing_shows_landing
WHERE plain;

CREATE TABLE sluice.ticketing_shows_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "c1", "showId": "show-1", "changedAt": "2026-11-20T10:00:00Z", "organizerId": "org-aurora", "name": "Winter Nights", "startsAt": "2026-12-20T19:00:00Z", "endsAt": "2026-12-20T22:00:00Z", "capacity": 500}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_shows_mv TO sluice.ticketing_shows
(
    `tenant_id` String,
    `id` String,
    `show_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` Bool,
    `organizer_id` Nullable(String),
    `name` Nullable(String),
    `category` Nullable(String),
    `venue` Nullable(String),
    `city` Nullable(String),
    `country` Nullable(String),
    `starts_at` Nullable(DateTime64(3, 'UTC')),
    `ends_at` Nullable(DateTime64(3, 'UTC')),
    `capacity` Nullable(UInt32),
    `received_at` DateTime64(3, 'UTC'),
    `version` UInt64
)
AS SELECT
    tenant_id,
    id,
    show_id,
    changed_at,
    deleted,
    organizer_id,
    name,
    category,
    venue,
    city,
    country,
    starts_at,
    ends_at,
    capacity,
    received_at,
    bitOr(bitShiftLeft(toUInt64(greatest(toUnixTimestamp64Milli(changed_at), 0)), 22), bitAnd(sipHash64((deleted, organizer_id, name, category, venue, city, country, starts_at, ends_at, capacity)), 4194303)) AS version
FROM sluice.ticketing_shows_parsed
WHERE reason = '';

CREATE TABLE sluice.ticketing_shows_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_shows_odd_mv TO sluice.ticketing_shows_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.ticketing_shows_landing
WHERE NOT plain;

CREATE TABLE sluice.ticketing_shows_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `show_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` Bool,
    `organizer_id` Nullable(String),
    `name` Nullable(String),
    `category` Nullable(String),
    `venue` Nullable(String),
    `city` Nullable(String),
    `country` Nullable(String),
    `starts_at` Nullable(DateTime64(3, 'UTC')),
    `ends_at` Nullable(DateTime64(3, 'UTC')),
    `capacity` Nullable(UInt32)
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_shows_parsed_mv TO sluice.ticketing_shows_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `show_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` UInt8,
    `organizer_id` Nullable(String),
    `name` Nullable(String),
    `category` Nullable(String),
    `venue` Nullable(String),
    `city` Nullable(String),
    `country` Nullable(String),
    `starts_at` Nullable(DateTime64(3, 'UTC')),
    `ends_at` Nullable(DateTime64(3, 'UTC')),
    `capacity` Nullable(UInt32)
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(json, 'Tuple(\n                    id String,\n                    showId String,\n                    changedAt String,\n                    deleted String,\n                    organizerId String,\n                    name String,\n                    category String,\n                    venue String,\n                    city String,\n                    country String,\n                    startsAt String,\n                    endsAt String,\n                    capacity String\n                )') AS fields,
            multiIf(match(fields.changedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.changedAt, 3, 'UTC'), toInt64OrNull(fields.changedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.changedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS changedAtInstant,
            multiIf(match(fields.startsAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.startsAt, 3, 'UTC'), toInt64OrNull(fields.startsAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.startsAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS startsAtInstant,
            multiIf(match(fields.endsAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.endsAt, 3, 'UTC'), toInt64OrNull(fields.endsAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.endsAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS endsAtInstant,
            multiIf(json = line, '', position(fields.id, '﷐') > 0, 'id', position(fields.showId, '﷐') > 0, 'showId', position(fields.organizerId, '﷐') > 0, 'organizerId', position(fields.name, '﷐') > 0, 'name', position(fields.category, '﷐') > 0, 'category', position(fields.venue, '﷐') > 0, 'venue', position(fields.city, '﷐') > 0, 'city', position(fields.country, '﷐') > 0, 'country', '') AS halfPairField
        FROM sluice.ticketing_shows_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), fields.id = '', 'id is missing', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '') != '', concat('id ', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '')), fields.showId = '', 'showId is missing', multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '') != '', concat('showId ', multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '')), fields.changedAt = '', 'changedAt is missing', changedAtInstant IS NULL, concat('changedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.changedAt, 1, 64), if(lengthUTF8(fields.changedAt) > 64, '…', ''), '"')), (toYear(changedAtInstant) < 2000) OR (toYear(changedAtInstant) > 2100), concat('changedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.changedAt, 1, 64), if(lengthUTF8(fields.changedAt) > 64, '…', ''), '"')), (fields.deleted NOT IN ('', 'true', 'false', '1', '0')), concat('deleted is not a boolean: ', concat('"', substringUTF8(fields.deleted, 1, 64), if(lengthUTF8(fields.deleted) > 64, '…', ''), '"')), multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '') != '', concat('organizerId ', multiIf(length(fields.organizerId) > 256, 'is longer than 256 bytes', (startsWith(fields.organizerId, '{') OR startsWith(fields.organizerId, '[')) AND isValidJSON(fields.organizerId), 'is not a string', '')), multiIf(length(fields.name) > 256, 'is longer than 256 bytes', (startsWith(fields.name, '{') OR startsWith(fields.name, '[')) AND isValidJSON(fields.name), 'is not a string', '') != '', concat('name ', multiIf(length(fields.name) > 256, 'is longer than 256 bytes', (startsWith(fields.name, '{') OR startsWith(fields.name, '[')) AND isValidJSON(fields.name), 'is not a string', '')), multiIf(length(fields.category) > 256, 'is longer than 256 bytes', (startsWith(fields.category, '{') OR startsWith(fields.category, '[')) AND isValidJSON(fields.category), 'is not a string', '') != '', concat('category ', multiIf(length(fields.category) > 256, 'is longer than 256 bytes', (startsWith(fields.category, '{') OR startsWith(fields.category, '[')) AND isValidJSON(fields.category), 'is not a string', '')), multiIf(length(fields.venue) > 256, 'is longer than 256 bytes', (startsWith(fields.venue, '{') OR startsWith(fields.venue, '[')) AND isValidJSON(fields.venue), 'is not a string', '') != '', concat('venue ', multiIf(length(fields.venue) > 256, 'is longer than 256 bytes', (startsWith(fields.venue, '{') OR startsWith(fields.venue, '[')) AND isValidJSON(fields.venue), 'is not a string', '')), multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '') != '', concat('city ', multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '')), multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '') != '', concat('country ', multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '')), (fields.startsAt != '') AND (startsAtInstant IS NULL), concat('startsAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.startsAt, 1, 64), if(lengthUTF8(fields.startsAt) > 64, '…', ''), '"')), (fields.startsAt != '') AND ((toYear(startsAtInstant) < 2000) OR (toYear(startsAtInstant) > 2100)), concat('startsAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.startsAt, 1, 64), if(lengthUTF8(fields.startsAt) > 64, '…', ''), '"')), (fields.endsAt != '') AND (endsAtInstant IS NULL), concat('endsAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.endsAt, 1, 64), if(lengthUTF8(fields.endsAt) > 64, '…', ''), '"')), (fields.endsAt != '') AND ((toYear(endsAtInstant) < 2000) OR (toYear(endsAtInstant) > 2100)), concat('endsAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.endsAt, 1, 64), if(lengthUTF8(fields.endsAt) > 64, '…', ''), '"')), ifNull(endsAtInstant < startsAtInstant, false), 'endsAt is before startsAt', (fields.capacity != '') AND (toUInt32OrNull(fields.capacity) IS NULL), concat('capacity is not a whole number from 0 to 4294967295: ', concat('"', substringUTF8(fields.capacity, 1, 64), if(lengthUTF8(fields.capacity) > 64, '…', ''), '"')), '') AS reason,
    fields.id AS id,
    fields.showId AS show_id,
    assumeNotNull(changedAtInstant) AS changed_at,
    fields.deleted IN ('true', '1') AS deleted,
    if(JSONType(json, 'organizerId') = 'Null', NULL, fields.organizerId) AS organizer_id,
    if(JSONType(json, 'name') = 'Null', NULL, fields.name) AS name,
    if(JSONType(json, 'category') = 'Null', NULL, fields.category) AS category,
    if(JSONType(json, 'venue') = 'Null', NULL, fields.venue) AS venue,
    if(JSONType(json, 'city') = 'Null', NULL, fields.city) AS city,
    if(JSONType(json, 'country') = 'Null', NULL, fields.country) AS country,
    startsAtInstant AS starts_at,
    endsAtInstant AS ends_at,
    toUInt32OrNull(fields.capacity) AS capacity
FROM extracted;

CREATE TABLE sluice.ticketing_ticket_types
(
    `tenant_id` String,
    `id` String,
    `ticket_type_id` String,
    `changed_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `show_id` Nullable(String),
    `name` Nullable(String),
    `price_minor` Nullable(Int64),
    `currency` Nullable(String),
    `quantity` Nullable(UInt32),
    `received_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `version` UInt64,
    INDEX recent received_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, ticket_type_id, id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE VIEW sluice.ticketing_ticket_types_current
(
    `tenant_id` String,
    `ticket_type_id` String,
    `show_id` String,
    `name` String,
    `price_minor` Nullable(Int64),
    `currency` String,
    `quantity` Nullable(UInt32),
    `changed_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    ticket_type_id,
    ifNull(argMax(since.show_id, (since.changed_at, since.id)), '') AS show_id,
    ifNull(argMax(since.name, (since.changed_at, since.id)), '') AS name,
    argMax(since.price_minor, (since.changed_at, since.id)) AS price_minor,
    ifNull(argMax(since.currency, (since.changed_at, since.id)), '') AS currency,
    argMax(since.quantity, (since.changed_at, since.id)) AS quantity,
    max(since.changed_at) AS changed_at
FROM
(
    SELECT
        tenant_id,
        ticket_type_id,
        show_id,
        name,
        price_minor,
        currency,
        quantity,
        changed_at,
        id,
        deleted,
        maxIf((changed_at, id, true), deleted) OVER (PARTITION BY tenant_id, ticket_type_id) AS deletion
    FROM sluice.ticketing_ticket_types
    FINAL
) AS since
WHERE (NOT (since.deletion.3)) OR ((since.changed_at, since.id) > (since.deletion.1, since.deletion.2))
GROUP BY
    tenant_id,
    ticket_type_id;

CREATE TABLE sluice.ticketing_ticket_types_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_ticket_types_json_odd_mv TO sluice.ticketing_ticket_types_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.ticketing_ticket_types_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.ticketing_ticket_types_json_plain_mv TO sluice.ticketing_ticket_types_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.ticketing_ticket_types_landing
WHERE plain;

CREATE TABLE sluice.ticketing_ticket_types_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "c1", "ticketTypeId": "tt-1", "changedAt": "2026-11-20T10:00:00Z", "showId": "show-1", "name": "Standard", "priceMinor": 4500, "currency": "EUR", "quantity": 400}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_ticket_types_mv TO sluice.ticketing_ticket_types
(
    `tenant_id` String,
    `id` String,
    `ticket_type_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` Bool,
    `show_id` Nullable(String),
    `name` Nullable(String),
    `price_minor` Nullable(Int64),
    `currency` Nullable(String),
    `quantity` Nullable(UInt32),
    `received_at` DateTime64(3, 'UTC'),
    `version` UInt64
)
AS SELECT
    tenant_id,
    id,
    ticket_type_id,
    changed_at,
    deleted,
    show_id,
    name,
    price_minor,
    currency,
    quantity,
    received_at,
    bitOr(bitShiftLeft(toUInt64(greatest(toUnixTimestamp64Milli(changed_at), 0)), 22), bitAnd(sipHash64((deleted, show_id, name, price_minor, currency, quantity)), 4194303)) AS version
FROM sluice.ticketing_ticket_types_parsed
WHERE reason = '';

CREATE TABLE sluice.ticketing_ticket_types_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_ticket_types_odd_mv TO sluice.ticketing_ticket_types_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.ticketing_ticket_types_landing
WHERE NOT plain;

CREATE TABLE sluice.ticketing_ticket_types_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `ticket_type_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` Bool,
    `show_id` Nullable(String),
    `name` Nullable(String),
    `price_minor` Nullable(Int64),
    `currency` Nullable(String),
    `quantity` Nullable(UInt32)
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_ticket_types_parsed_mv TO sluice.ticketing_ticket_types_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `ticket_type_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` UInt8,
    `show_id` Nullable(String),
    `name` Nullable(String),
    `price_minor` Nullable(Int64),
    `currency` Nullable(String),
    `quantity` Nullable(UInt32)
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(json, 'Tuple(\n                    id String,\n                    ticketTypeId String,\n                    changedAt String,\n                    deleted String,\n                    showId String,\n                    name String,\n                    priceMinor String,\n                    currency String,\n                    quantity String\n                )') AS fields,
            multiIf(match(fields.changedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.changedAt, 3, 'UTC'), toInt64OrNull(fields.changedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.changedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS changedAtInstant,
            multiIf(json = line, '', position(fields.id, '﷐') > 0, 'id', position(fields.ticketTypeId, '﷐') > 0, 'ticketTypeId', position(fields.showId, '﷐') > 0, 'showId', position(fields.name, '﷐') > 0, 'name', position(fields.currency, '﷐') > 0, 'currency', '') AS halfPairField
        FROM sluice.ticketing_ticket_types_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), fields.id = '', 'id is missing', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '') != '', concat('id ', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '')), fields.ticketTypeId = '', 'ticketTypeId is missing', multiIf(length(fields.ticketTypeId) > 256, 'is longer than 256 bytes', (startsWith(fields.ticketTypeId, '{') OR startsWith(fields.ticketTypeId, '[')) AND isValidJSON(fields.ticketTypeId), 'is not a string', '') != '', concat('ticketTypeId ', multiIf(length(fields.ticketTypeId) > 256, 'is longer than 256 bytes', (startsWith(fields.ticketTypeId, '{') OR startsWith(fields.ticketTypeId, '[')) AND isValidJSON(fields.ticketTypeId), 'is not a string', '')), fields.changedAt = '', 'changedAt is missing', changedAtInstant IS NULL, concat('changedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.changedAt, 1, 64), if(lengthUTF8(fields.changedAt) > 64, '…', ''), '"')), (toYear(changedAtInstant) < 2000) OR (toYear(changedAtInstant) > 2100), concat('changedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.changedAt, 1, 64), if(lengthUTF8(fields.changedAt) > 64, '…', ''), '"')), (fields.deleted NOT IN ('', 'true', 'false', '1', '0')), concat('deleted is not a boolean: ', concat('"', substringUTF8(fields.deleted, 1, 64), if(lengthUTF8(fields.deleted) > 64, '…', ''), '"')), multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '') != '', concat('showId ', multiIf(length(fields.showId) > 256, 'is longer than 256 bytes', (startsWith(fields.showId, '{') OR startsWith(fields.showId, '[')) AND isValidJSON(fields.showId), 'is not a string', '')), multiIf(length(fields.name) > 256, 'is longer than 256 bytes', (startsWith(fields.name, '{') OR startsWith(fields.name, '[')) AND isValidJSON(fields.name), 'is not a string', '') != '', concat('name ', multiIf(length(fields.name) > 256, 'is longer than 256 bytes', (startsWith(fields.name, '{') OR startsWith(fields.name, '[')) AND isValidJSON(fields.name), 'is not a string', '')), (fields.priceMinor != '') AND (toInt64OrNull(fields.priceMinor) IS NULL), concat('priceMinor is not a whole number from -9223372036854775808 to 9223372036854775807: ', concat('"', substringUTF8(fields.priceMinor, 1, 64), if(lengthUTF8(fields.priceMinor) > 64, '…', ''), '"')), toInt64OrZero(fields.priceMinor) < 0, concat('priceMinor is negative: ', concat('"', substringUTF8(fields.priceMinor, 1, 64), if(lengthUTF8(fields.priceMinor) > 64, '…', ''), '"')), multiIf(length(fields.currency) > 256, 'is longer than 256 bytes', (startsWith(fields.currency, '{') OR startsWith(fields.currency, '[')) AND isValidJSON(fields.currency), 'is not a string', '') != '', concat('currency ', multiIf(length(fields.currency) > 256, 'is longer than 256 bytes', (startsWith(fields.currency, '{') OR startsWith(fields.currency, '[')) AND isValidJSON(fields.currency), 'is not a string', '')), (fields.currency != '') AND (NOT (fields.currency IN ('AED', 'AFN', 'ALL', 'AMD', 'AOA', 'ARS', 'AUD', 'AWG', 'AZN', 'BAM', 'BBD', 'BDT', 'BGN', 'BHD', 'BIF', 'BMD', 'BND', 'BOB', 'BRL', 'BSD', 'BTN', 'BWP', 'BYN', 'BZD', 'CAD', 'CDF', 'CHF', 'CLP', 'CNY', 'COP', 'CRC', 'CUP', 'CVE', 'CZK', 'DJF', 'DKK', 'DOP', 'DZD', 'EGP', 'ERN', 'ETB', 'EUR', 'FJD', 'FKP', 'GBP', 'GEL', 'GHS', 'GIP', 'GMD', 'GNF', 'GTQ', 'GYD', 'HKD', 'HNL', 'HTG', 'HUF', 'IDR', 'ILS', 'INR', 'IQD', 'IRR', 'ISK', 'JMD', 'JOD', 'JPY', 'KES', 'KGS', 'KHR', 'KMF', 'KPW', 'KRW', 'KWD', 'KYD', 'KZT', 'LAK', 'LBP', 'LKR', 'LRD', 'LSL', 'LYD', 'MAD', 'MDL', 'MGA', 'MKD', 'MMK', 'MNT', 'MOP', 'MRU', 'MUR', 'MVR', 'MWK', 'MXN', 'MYR', 'MZN', 'NAD', 'NGN', 'NIO', 'NOK', 'NPR', 'NZD', 'OMR', 'PAB', 'PEN', 'PGK', 'PHP', 'PKR', 'PLN', 'PYG', 'QAR', 'RON', 'RSD', 'RUB', 'RWF', 'SAR', 'SBD', 'SCR', 'SDG', 'SEK', 'SGD', 'SHP', 'SLE', 'SOS', 'SRD', 'SSP', 'STN', 'SVC', 'SYP', 'SZL', 'THB', 'TJS', 'TMT', 'TND', 'TOP', 'TRY', 'TTD', 'TWD', 'TZS', 'UAH', 'UGX', 'USD', 'UYU', 'UZS', 'VED', 'VES', 'VND', 'VUV', 'WST', 'XAF', 'XCD', 'XCG', 'XOF', 'XPF', 'YER', 'ZAR', 'ZMW', 'ZWG', 'ANG'))), concat('currency is not a code of ISO 4217: ', concat('"', substringUTF8(fields.currency, 1, 64), if(lengthUTF8(fields.currency) > 64, '…', ''), '"')), (fields.quantity != '') AND (toUInt32OrNull(fields.quantity) IS NULL), concat('quantity is not a whole number from 0 to 4294967295: ', concat('"', substringUTF8(fields.quantity, 1, 64), if(lengthUTF8(fields.quantity) > 64, '…', ''), '"')), '') AS reason,
    fields.id AS id,
    fields.ticketTypeId AS ticket_type_id,
    assumeNotNull(changedAtInstant) AS changed_at,
    fields.deleted IN ('true', '1') AS deleted,
    if(JSONType(json, 'showId') = 'Null', NULL, fields.showId) AS show_id,
    if(JSONType(json, 'name') = 'Null', NULL, fields.name) AS name,
    toInt64OrNull(fields.priceMinor) AS price_minor,
    if(JSONType(json, 'currency') = 'Null', NULL, fields.currency) AS currency,
    toUInt32OrNull(fields.quantity) AS quantity
FROM extracted;

CREATE TABLE sluice.ticketing_users
(
    `tenant_id` String,
    `id` String,
    `user_id` String,
    `changed_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool,
    `name` Nullable(String),
    `email` Nullable(String),
    `country` Nullable(String),
    `city` Nullable(String),
    `segment` Nullable(String),
    `received_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `version` UInt64,
    INDEX recent received_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, user_id, id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE TABLE sluice.ticketing_users_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_users_json_odd_mv TO sluice.ticketing_users_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `problem` String,
    `received_at` DateTime64(3, 'UTC')
)
AS WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, arrayMap(tamed -> if(isValidJSON(tamed), tamed, ''), arrayMap(quotes -> replaceAll(replaceAll(trimRight(replaceRegexpAll(replaceAll(replaceRegexpAll(replaceRegexpAll(quotes, '\\\\(u[dD][89abAB][0-9a-fA-F]{2})\\\\(u[dD][c-fC-F][0-9a-fA-F]{2})', '\\1\\2'), '\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '﷐'), '', '\\'), '(?s)((?:"[^"]*"|-?[0-9][0-9.eE+-]*|[^"0-9-]|-)+?)(-[1-9][0-9]{18,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|[1-9][0-9]{19,}(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?[eE][+-]?[0-9]{3,}|$)', '\\1"\\2"'), '"'), char(3), '\\"'), char(2), '\\\\'), arrayMap(quotes -> if(((countSubstrings(quotes, '"') % 2) = 0) AND (position(replaceRegexpAll(quotes, '\\\\(?:[/bfnrt]|u[0-9a-fA-F]{4})', ''), '\\') = 0) AND (NOT match(replaceRegexpAll(quotes, '"[^"]*"', '""'), '[0-9][ \t\r\n]*:')), quotes, ''), arrayMap(line -> if(startsWith(line, '"') OR match(line, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]'), '', replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3))), [if(match(line, '[0-9]{19}|[eE][+-]?[0-9]{3}|\\\\u[dD][89a-fA-F]'), line, '')]))))[1]) AS json,
            replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)) AS quotes,
            extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?') AS keys
        FROM sluice.ticketing_users_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    multiIf(fault != '', fault, (json = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (json = '') AND ((countSubstrings(line, '[') + countSubstrings(line, '{')) > 1024), 'Line is not valid JSON, or is nested more than 1024 levels deep', json = '', 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', (arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1]) != '', concat(concat('"', substringUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2), 1, 64), if(lengthUTF8(substring(arrayMap(entries -> ((arrayFirst((entry, count) -> (count > 1), entries, arrayEnumerateUniq(entries))).2), arrayMap(nesting -> arrayFilter(entry -> ((entry.2) != ''), arrayMap((entry, object) -> (object, if(endsWith(entry.3, ':'), if(match(entry.3, '[\\\\\\x02\\x03]'), arrayMap(key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))), [replaceAll(replaceAll(extract(entry.3, '^("[^"]*")'), char(3), '\\"'), char(2), '\\\\')])[1], extract(entry.3, '^("[^"]*)"')), '')), nesting, arrayCumSum(entry -> if(endsWith(entry.3, ':'), 0, 1), nesting))), arrayMap(list -> arraySort(arrayFilter(entry -> (((entry.3) IN ('{', '[')) OR endsWith(entry.3, ':')), arrayMap((token, depth, place) -> (depth, place, token), list, arrayCumSum(token -> transform(token, ['{', '[', '}', ']'], [1, 1, -1, -1], 0), list), arrayEnumerate(list)))), [extractAll(if((arrayUniq(keys) = length(keys)) AND (NOT arrayExists(key -> (position(key, '\\') > 0), keys)), '', quotes), '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')])))[1], 2)) > 64, '…', ''), '"'), ' comes twice in one object'), '') AS problem,
    received_at
FROM readable;

CREATE MATERIALIZED VIEW sluice.ticketing_users_json_plain_mv TO sluice.ticketing_users_json
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `json` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM sluice.ticketing_users_landing
WHERE plain;

CREATE TABLE sluice.ticketing_users_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String COMMENT '{"id": "c1", "userId": "u1", "changedAt": "2026-11-20T10:00:00Z", "name": "Ann", "country": "DE", "segment": "regular"}',
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `plain` Bool MATERIALIZED (fault = '') AND (startsWith(line, '{') AND isValidJSON(line) AND arrayAll(keys -> (arrayUniq(keys) = length(keys)), [extractAll(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?')]) AND ((position(line, '\\') = 0) OR (NOT match(replaceAll(replaceAll(line, '\\\\', char(2)), '\\"', char(3)), '\\\\[^"]*"[ \t\r\n]*:'))))
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_users_mv TO sluice.ticketing_users
(
    `tenant_id` String,
    `id` String,
    `user_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` Bool,
    `name` Nullable(String),
    `email` Nullable(String),
    `country` Nullable(String),
    `city` Nullable(String),
    `segment` Nullable(String),
    `received_at` DateTime64(3, 'UTC'),
    `version` UInt64
)
AS SELECT
    tenant_id,
    id,
    user_id,
    changed_at,
    deleted,
    name,
    email,
    country,
    city,
    segment,
    received_at,
    bitOr(bitShiftLeft(toUInt64(greatest(toUnixTimestamp64Milli(changed_at), 0)), 22), bitAnd(sipHash64((deleted, name, email, country, city, segment)), 4194303)) AS version
FROM sluice.ticketing_users_parsed
WHERE reason = '';

CREATE TABLE sluice.ticketing_users_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_users_odd_mv TO sluice.ticketing_users_odd
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM sluice.ticketing_users_landing
WHERE NOT plain;

CREATE TABLE sluice.ticketing_users_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `user_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` Bool,
    `name` Nullable(String),
    `email` Nullable(String),
    `country` Nullable(String),
    `city` Nullable(String),
    `segment` Nullable(String)
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.ticketing_users_parsed_mv TO sluice.ticketing_users_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` String,
    `user_id` String,
    `changed_at` DateTime64(3, 'UTC'),
    `deleted` UInt8,
    `name` Nullable(String),
    `email` Nullable(String),
    `country` Nullable(String),
    `city` Nullable(String),
    `segment` Nullable(String)
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(json, 'Tuple(\n                    id String,\n                    userId String,\n                    changedAt String,\n                    deleted String,\n                    name String,\n                    email String,\n                    country String,\n                    city String,\n                    segment String\n                )') AS fields,
            multiIf(match(fields.changedAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(fields.changedAt, 3, 'UTC'), toInt64OrNull(fields.changedAt) IS NOT NULL, fromUnixTimestamp64Milli(least(greatest(assumeNotNull(toInt64OrNull(fields.changedAt)), -62135596800000), 253402300799999), 'UTC'), NULL) AS changedAtInstant,
            multiIf(json = line, '', position(fields.id, '﷐') > 0, 'id', position(fields.userId, '﷐') > 0, 'userId', position(fields.name, '﷐') > 0, 'name', position(fields.email, '﷐') > 0, 'email', position(fields.country, '﷐') > 0, 'country', position(fields.city, '﷐') > 0, 'city', position(fields.segment, '﷐') > 0, 'segment', '') AS halfPairField
        FROM sluice.ticketing_users_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(problem != '', problem, halfPairField != '', concat(halfPairField, ' holds half of a surrogate pair'), fields.id = '', 'id is missing', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '') != '', concat('id ', multiIf(length(fields.id) > 256, 'is longer than 256 bytes', (startsWith(fields.id, '{') OR startsWith(fields.id, '[')) AND isValidJSON(fields.id), 'is not a string', '')), fields.userId = '', 'userId is missing', multiIf(length(fields.userId) > 256, 'is longer than 256 bytes', (startsWith(fields.userId, '{') OR startsWith(fields.userId, '[')) AND isValidJSON(fields.userId), 'is not a string', '') != '', concat('userId ', multiIf(length(fields.userId) > 256, 'is longer than 256 bytes', (startsWith(fields.userId, '{') OR startsWith(fields.userId, '[')) AND isValidJSON(fields.userId), 'is not a string', '')), fields.changedAt = '', 'changedAt is missing', changedAtInstant IS NULL, concat('changedAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(fields.changedAt, 1, 64), if(lengthUTF8(fields.changedAt) > 64, '…', ''), '"')), (toYear(changedAtInstant) < 2000) OR (toYear(changedAtInstant) > 2100), concat('changedAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(fields.changedAt, 1, 64), if(lengthUTF8(fields.changedAt) > 64, '…', ''), '"')), (fields.deleted NOT IN ('', 'true', 'false', '1', '0')), concat('deleted is not a boolean: ', concat('"', substringUTF8(fields.deleted, 1, 64), if(lengthUTF8(fields.deleted) > 64, '…', ''), '"')), multiIf(length(fields.name) > 256, 'is longer than 256 bytes', (startsWith(fields.name, '{') OR startsWith(fields.name, '[')) AND isValidJSON(fields.name), 'is not a string', '') != '', concat('name ', multiIf(length(fields.name) > 256, 'is longer than 256 bytes', (startsWith(fields.name, '{') OR startsWith(fields.name, '[')) AND isValidJSON(fields.name), 'is not a string', '')), multiIf(length(fields.email) > 256, 'is longer than 256 bytes', (startsWith(fields.email, '{') OR startsWith(fields.email, '[')) AND isValidJSON(fields.email), 'is not a string', '') != '', concat('email ', multiIf(length(fields.email) > 256, 'is longer than 256 bytes', (startsWith(fields.email, '{') OR startsWith(fields.email, '[')) AND isValidJSON(fields.email), 'is not a string', '')), multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '') != '', concat('country ', multiIf(length(fields.country) > 256, 'is longer than 256 bytes', (startsWith(fields.country, '{') OR startsWith(fields.country, '[')) AND isValidJSON(fields.country), 'is not a string', '')), multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '') != '', concat('city ', multiIf(length(fields.city) > 256, 'is longer than 256 bytes', (startsWith(fields.city, '{') OR startsWith(fields.city, '[')) AND isValidJSON(fields.city), 'is not a string', '')), multiIf(length(fields.segment) > 256, 'is longer than 256 bytes', (startsWith(fields.segment, '{') OR startsWith(fields.segment, '[')) AND isValidJSON(fields.segment), 'is not a string', '') != '', concat('segment ', multiIf(length(fields.segment) > 256, 'is longer than 256 bytes', (startsWith(fields.segment, '{') OR startsWith(fields.segment, '[')) AND isValidJSON(fields.segment), 'is not a string', '')), '') AS reason,
    fields.id AS id,
    fields.userId AS user_id,
    assumeNotNull(changedAtInstant) AS changed_at,
    fields.deleted IN ('true', '1') AS deleted,
    if(JSONType(json, 'name') = 'Null', NULL, fields.name) AS name,
    if(JSONType(json, 'email') = 'Null', NULL, fields.email) AS email,
    if(JSONType(json, 'country') = 'Null', NULL, fields.country) AS country,
    if(JSONType(json, 'city') = 'Null', NULL, fields.city) AS city,
    if(JSONType(json, 'segment') = 'Null', NULL, fields.segment) AS segment
FROM extracted;

CREATE TABLE sluice.warehouse_calendars
(
    `tenant_id` String,
    `first_month` UInt8,
    `version` UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY tenant_id
SETTINGS index_granularity = 8192
COMMENT 'writers: warehouse';

CREATE TABLE sluice.warehouse_changed_days
(
    `tenant_id` String,
    `day` Date,
    `changed_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, day)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_changed_days_interactions_mv TO sluice.warehouse_changed_days
(
    `tenant_id` String,
    `day` Date,
    `changed_at` DateTime64(3)
)
AS SELECT
    tenant_id,
    toDate(occurred_at, 'UTC') AS day,
    now64(3) AS changed_at
FROM sluice.warehouse_interactions
GROUP BY
    tenant_id,
    day;

CREATE MATERIALIZED VIEW sluice.warehouse_changed_days_sales_mv TO sluice.warehouse_changed_days
(
    `tenant_id` String,
    `day` Date,
    `changed_at` DateTime64(3)
)
AS SELECT
    tenant_id,
    toDate(occurred_at, 'UTC') AS day,
    now64(3) AS changed_at
FROM sluice.warehouse_sales
GROUP BY
    tenant_id,
    day;

CREATE TABLE sluice.warehouse_dates
(
    `tenant_id` String,
    `day` Date,
    `year` UInt16,
    `quarter` UInt8,
    `month` UInt8,
    `day_of_month` UInt8,
    `iso_year` UInt16,
    `iso_week` UInt8,
    `weekday` UInt8 COMMENT '1 for Monday to 7',
    `is_weekend` Bool,
    `fiscal_year` UInt16 COMMENT 'Named for the calendar year that it ends in',
    `fiscal_quarter` UInt8,
    `fiscal_month` UInt8
)
ENGINE = MergeTree
ORDER BY (tenant_id, day)
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_dates_refresh
REFRESH EVERY 15 MINUTE DEPENDS ON sluice.warehouse_sales_refresh, sluice.warehouse_interactions_refresh TO sluice.warehouse_dates
(
    `tenant_id` String,
    `day` Date,
    `year` UInt16,
    `quarter` UInt8,
    `month` UInt8,
    `day_of_month` UInt8,
    `iso_year` UInt16,
    `iso_week` UInt8,
    `weekday` UInt8,
    `is_weekend` UInt8,
    `fiscal_year` UInt16,
    `fiscal_quarter` Int32,
    `fiscal_month` UInt8
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    years AS
    (
        SELECT
            tenant_id,
            toStartOfYear(min(day)) AS first_day,
            toStartOfYear(addYears(max(day), 1)) AS end_day
        FROM sluice.warehouse_changed_days
        GROUP BY tenant_id
    ),
    days AS
    (
        SELECT
            years.tenant_id AS tenant_id,
            arrayJoin(arrayMap(number -> (years.first_day + number), range(toUInt32(years.end_day - years.first_day)))) AS day,
            if(calendars.first_month = 0, 1, calendars.first_month) AS first_month
        FROM years
        LEFT JOIN
        (
            SELECT
                tenant_id,
                first_month
            FROM sluice.warehouse_calendars
            FINAL
        ) AS calendars ON calendars.tenant_id = years.tenant_id
    )
SELECT
    tenant_id,
    day,
    toYear(day) AS year,
    toQuarter(day) AS quarter,
    toMonth(day) AS month,
    toDayOfMonth(day) AS day_of_month,
    toISOYear(day) AS iso_year,
    toISOWeek(day) AS iso_week,
    toDayOfWeek(day) AS weekday,
    weekday > 5 AS is_weekend,
    toUInt16(toYear(day) + if((first_month > 1) AND (toMonth(day) >= first_month), 1, 0)) AS fiscal_year,
    intDiv(fiscal_month - 1, 3) + 1 AS fiscal_quarter,
    toUInt8(modulo((toMonth(day) + 12) - first_month, 12) + 1) AS fiscal_month
FROM days;

CREATE TABLE sluice.warehouse_devices
(
    `tenant_id` String,
    `device` String,
    `browser` String,
    `os` String,
    `first_seen_at` SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    `last_seen_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, device, browser, os)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_devices_interactions_mv TO sluice.warehouse_devices
(
    `tenant_id` String,
    `device` String,
    `browser` String,
    `os` String,
    `first_seen_at` DateTime64(3, 'UTC'),
    `last_seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    device,
    browser,
    os,
    min(occurred_at) AS first_seen_at,
    max(occurred_at) AS last_seen_at
FROM sluice.warehouse_interactions
WHERE NOT deleted
GROUP BY
    tenant_id,
    device,
    browser,
    os;

CREATE MATERIALIZED VIEW sluice.warehouse_devices_sales_mv TO sluice.warehouse_devices
(
    `tenant_id` String,
    `device` String,
    `browser` String,
    `os` String,
    `first_seen_at` DateTime64(3, 'UTC'),
    `last_seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    device,
    '' AS browser,
    '' AS os,
    min(occurred_at) AS first_seen_at,
    max(occurred_at) AS last_seen_at
FROM sluice.warehouse_sales
WHERE NOT deleted
GROUP BY
    tenant_id,
    device;

CREATE TABLE sluice.warehouse_geographies
(
    `tenant_id` String,
    `country` String,
    `city` String,
    `first_seen_at` SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    `last_seen_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, country, city)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_geographies_interactions_mv TO sluice.warehouse_geographies
(
    `tenant_id` String,
    `country` String,
    `city` String,
    `first_seen_at` DateTime64(3, 'UTC'),
    `last_seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    country,
    city,
    min(occurred_at) AS first_seen_at,
    max(occurred_at) AS last_seen_at
FROM sluice.warehouse_interactions
WHERE NOT deleted
GROUP BY
    tenant_id,
    country,
    city;

CREATE MATERIALIZED VIEW sluice.warehouse_geographies_sales_mv TO sluice.warehouse_geographies
(
    `tenant_id` String,
    `country` String,
    `city` String,
    `first_seen_at` DateTime64(3, 'UTC'),
    `last_seen_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    country,
    city,
    min(occurred_at) AS first_seen_at,
    max(occurred_at) AS last_seen_at
FROM sluice.warehouse_sales
WHERE NOT deleted
GROUP BY
    tenant_id,
    country,
    city;

CREATE TABLE sluice.warehouse_interactions
(
    `tenant_id` String,
    `id` String CODEC(ZSTD(1)),
    `event_type` LowCardinality(String),
    `occurred_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `day` Date MATERIALIZED toDate(occurred_at, 'UTC') COMMENT 'Key of warehouse_dates',
    `minute` UInt16 MATERIALIZED (toHour(occurred_at, 'UTC') * 60) + toMinute(occurred_at, 'UTC') COMMENT 'Key of warehouse_times',
    `session_id` String CODEC(ZSTD(1)),
    `show_id` String CODEC(ZSTD(1)),
    `organizer_id` String CODEC(ZSTD(1)),
    `user_id` String CODEC(ZSTD(1)),
    `ticket_type_id` String CODEC(ZSTD(1)),
    `order_id` String CODEC(ZSTD(1)),
    `quantity` UInt32,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String CODEC(ZSTD(1)),
    `channel` String,
    `updated_at` DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, occurred_at)
ORDER BY (tenant_id, occurred_at, id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_interactions_refresh
REFRESH EVERY 5 MINUTE APPEND TO sluice.warehouse_interactions
(
    `tenant_id` String,
    `id` String,
    `event_type` LowCardinality(String),
    `occurred_at` DateTime64(3, 'UTC'),
    `session_id` String,
    `show_id` String,
    `organizer_id` String,
    `user_id` String,
    `ticket_type_id` String,
    `order_id` String,
    `quantity` UInt32,
    `device` String,
    `browser` String,
    `os` String,
    `country` String,
    `city` String,
    `channel` String,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    id,
    event_type,
    occurred_at,
    session_id,
    show_id,
    organizer_id,
    user_id,
    ticket_type_id,
    order_id,
    quantity,
    device,
    browser,
    os,
    country,
    city,
    channel,
    updated_at,
    deleted
FROM sluice.ticketing_events
WHERE arrived_at >= (
    SELECT argMax(watermark, noted_at) - toIntervalMinute(10)
    FROM sluice.etl_watermarks
    WHERE view = 'warehouse_interactions_refresh'
)
SETTINGS max_partitions_per_insert_block = 10000;

CREATE TABLE sluice.warehouse_monthly_summary
(
    `tenant_id` String,
    `month` Date COMMENT 'Its first day',
    `currency` String COMMENT 'Empty for what has none',
    `interactions` UInt64,
    `views` UInt64,
    `carts` UInt64,
    `checkouts` UInt64,
    `active_users` UInt64 COMMENT 'Distinct users who did or bought something',
    `buyers` UInt64 COMMENT 'Distinct users who bought something',
    `orders` UInt64,
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `gross_minor` Int64,
    `discount_minor` Int64,
    `fee_minor` Int64,
    `refund_minor` Int64,
    `refunded_fee_minor` Int64,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, month, currency)
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_monthly_summary_refresh
REFRESH EVERY 5 MINUTE DEPENDS ON sluice.warehouse_organizer_performance_refresh, sluice.warehouse_user_engagement_refresh TO sluice.warehouse_monthly_summary
(
    `tenant_id` String,
    `month` Date,
    `currency` String,
    `interactions` UInt64,
    `views` UInt64,
    `carts` UInt64,
    `checkouts` UInt64,
    `active_users` UInt64,
    `buyers` UInt64,
    `orders` UInt64,
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `gross_minor` Int64,
    `discount_minor` Int64,
    `fee_minor` Int64,
    `refund_minor` Int64,
    `refunded_fee_minor` Int64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    month,
    currency,
    sum(parts.interactions) AS interactions,
    sum(parts.views) AS views,
    sum(parts.carts) AS carts,
    sum(parts.checkouts) AS checkouts,
    sum(parts.active_users) AS active_users,
    sum(parts.buyers) AS buyers,
    sum(parts.orders) AS orders,
    sum(parts.tickets) AS tickets,
    sum(parts.refunded_tickets) AS refunded_tickets,
    sum(parts.gross_minor) AS gross_minor,
    sum(parts.discount_minor) AS discount_minor,
    sum(parts.fee_minor) AS fee_minor,
    sum(parts.refund_minor) AS refund_minor,
    sum(parts.refunded_fee_minor) AS refunded_fee_minor,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        toStartOfMonth(day) AS month,
        currency,
        interactions,
        views,
        carts,
        checkouts,
        0 AS active_users,
        0 AS buyers,
        orders,
        tickets,
        refunded_tickets,
        gross_minor,
        discount_minor,
        fee_minor,
        refund_minor,
        refunded_fee_minor
    FROM sluice.warehouse_organizer_performance
    FINAL
    UNION ALL
    SELECT
        tenant_id,
        toStartOfMonth(day) AS month,
        '' AS currency,
        0 AS interactions,
        0 AS views,
        0 AS carts,
        0 AS checkouts,
        uniqExactIf(user_id, (warehouse_user_engagement.interactions + warehouse_user_engagement.orders) > 0) AS active_users,
        uniqExactIf(user_id, warehouse_user_engagement.orders > 0) AS buyers,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets,
        0 AS gross_minor,
        0 AS discount_minor,
        0 AS fee_minor,
        0 AS refund_minor,
        0 AS refunded_fee_minor
    FROM sluice.warehouse_user_engagement
    FINAL
    GROUP BY
        tenant_id,
        month
) AS parts
GROUP BY
    tenant_id,
    month,
    currency
HAVING (((interactions + active_users) + orders) + refunded_tickets) > 0;

CREATE TABLE sluice.warehouse_organizer_histories
(
    `tenant_id` String,
    `organizer_id` String,
    `versions` Array(Tuple(
        valid_from DateTime64(3, 'UTC'),
        valid_to DateTime64(3, 'UTC'),
        name String,
        country String,
        tier String)),
    `generation` UInt64,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(generation)
ORDER BY (tenant_id, organizer_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_organizer_histories_refresh
REFRESH EVERY 5 MINUTE APPEND TO sluice.warehouse_organizer_histories
(
    `tenant_id` String,
    `organizer_id` String,
    `versions` Array(Tuple(
        valid_from DateTime64(3, 'UTC'),
        valid_to DateTime64(3, 'UTC'),
        name String,
        country String,
        tier String)),
    `generation` UInt64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    touched AS
    (
        SELECT DISTINCT
            tenant_id,
            organizer_id
        FROM sluice.ticketing_organizers
        WHERE received_at >= (
            SELECT argMax(watermark, noted_at) - toIntervalMinute(10)
            FROM sluice.etl_watermarks
            WHERE view = 'warehouse_organizer_histories_refresh'
        )
    ),
    told AS
    (
        SELECT
            tenant_id,
            organizer_id,
            changed_at,
            id,
            deleted,
            if(deleted, NULL, name) AS name,
            if(deleted, NULL, country) AS country,
            if(deleted, NULL, tier) AS tier,
            sum(deleted) OVER (PARTITION BY tenant_id, organizer_id ORDER BY changed_at ASC, id ASC) AS life
        FROM sluice.ticketing_organizers
        FINAL
        WHERE (tenant_id, organizer_id) IN (touched)
    ),
    states AS
    (
        SELECT
            tenant_id,
            organizer_id,
            changed_at,
            deleted,
            ifNull(anyLast(told.name) OVER lives, '') AS name,
            ifNull(anyLast(told.country) OVER lives, '') AS country,
            ifNull(anyLast(told.tier) OVER lives, '') AS tier,
            row_number() OVER (PARTITION BY tenant_id, organizer_id, changed_at ORDER BY id DESC) AS from_last_of_instant
        FROM told
        WINDOW lives AS (PARTITION BY tenant_id, organizer_id, life ORDER BY changed_at ASC, id ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    neighbours AS
    (
        SELECT
            *,
            (deleted, name, country, tier) AS state,
            row_number() OVER changes AS number,
            lagInFrame(state) OVER changes AS state_before
        FROM states
        WHERE from_last_of_instant = 1
        WINDOW changes AS (PARTITION BY tenant_id, organizer_id ORDER BY changed_at ASC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    periods AS
    (
        SELECT
            *,
            leadInFrame(changed_at, 1, toDateTime64('2200-01-01 00:00:00', 3, 'UTC')) OVER changes AS valid_to
        FROM neighbours
        WHERE (number = 1) OR (state != state_before)
        WINDOW changes AS (PARTITION BY tenant_id, organizer_id ORDER BY changed_at ASC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    computed AS
    (
        SELECT
            tenant_id,
            organizer_id,
            CAST(arraySort(groupArrayIf((changed_at, periods.valid_to, name, country, tier), NOT deleted)), 'Array(Tuple(valid_from DateTime64(3, \'UTC\'), valid_to DateTime64(3, \'UTC\'), name String, country String, tier String))') AS versions
        FROM periods
        GROUP BY
            tenant_id,
            organizer_id
    ),
    stored AS
    (
        SELECT
            tenant_id,
            organizer_id,
            versions,
            generation
        FROM sluice.warehouse_organizer_histories
        FINAL
        WHERE (tenant_id, organizer_id) IN (touched)
    )
SELECT
    computed.tenant_id AS tenant_id,
    computed.organizer_id AS organizer_id,
    computed.versions AS versions,
    stored.generation + 1 AS generation,
    now64(3) AS computed_at
FROM computed
LEFT JOIN stored ON (stored.tenant_id = computed.tenant_id) AND (stored.organizer_id = computed.organizer_id)
WHERE (stored.generation = 0) OR (stored.versions != computed.versions);

CREATE TABLE sluice.warehouse_organizer_performance
(
    `tenant_id` String,
    `day` Date,
    `organizer_id` String,
    `currency` String COMMENT 'Empty for what has none: interactions',
    `interactions` UInt64,
    `views` UInt64,
    `clicks` UInt64,
    `carts` UInt64,
    `checkouts` UInt64,
    `check_ins` UInt64,
    `sessions` UInt64 COMMENT 'Distinct sessions of the day: they do not add up',
    `orders` UInt64 COMMENT 'Distinct orders with something sold',
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `gross_minor` Int64 COMMENT 'Price of what was sold, before discounts',
    `discount_minor` Int64,
    `fee_minor` Int64 COMMENT 'Fees of what was sold',
    `refund_minor` Int64 COMMENT 'Price of what was refunded, minus its discount',
    `refunded_fee_minor` Int64 COMMENT 'Fees given back with refunds',
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (tenant_id, day, organizer_id, currency)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_organizer_performance_refresh
REFRESH EVERY 5 MINUTE DEPENDS ON sluice.warehouse_sales_refresh, sluice.warehouse_interactions_refresh APPEND TO sluice.warehouse_organizer_performance
(
    `tenant_id` String,
    `day` Date,
    `organizer_id` String,
    `currency` String,
    `interactions` UInt64,
    `views` UInt64,
    `clicks` UInt64,
    `carts` UInt64,
    `checkouts` UInt64,
    `check_ins` UInt64,
    `sessions` UInt64,
    `orders` UInt64,
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `gross_minor` Int64,
    `discount_minor` Int64,
    `fee_minor` Int64,
    `refund_minor` Int64,
    `refunded_fee_minor` Int64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    changed AS
    (
        SELECT DISTINCT
            tenant_id,
            day
        FROM sluice.warehouse_changed_days
        WHERE changed_at >= (
            SELECT argMax(watermark, noted_at) - toIntervalMinute(10)
            FROM sluice.etl_watermarks
            WHERE view = 'warehouse_organizer_performance_refresh'
        )
    )
SELECT
    tenant_id,
    day,
    organizer_id,
    currency,
    sum(parts.interactions) AS interactions,
    sum(parts.views) AS views,
    sum(parts.clicks) AS clicks,
    sum(parts.carts) AS carts,
    sum(parts.checkouts) AS checkouts,
    sum(parts.check_ins) AS check_ins,
    sum(parts.sessions) AS sessions,
    sum(parts.orders) AS orders,
    sum(parts.tickets) AS tickets,
    sum(parts.refunded_tickets) AS refunded_tickets,
    sum(parts.gross_minor) AS gross_minor,
    sum(parts.discount_minor) AS discount_minor,
    sum(parts.fee_minor) AS fee_minor,
    sum(parts.refund_minor) AS refund_minor,
    sum(parts.refunded_fee_minor) AS refunded_fee_minor,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        day,
        organizer_id,
        '' AS currency,
        count() AS interactions,
        countIf(event_type = 'view') AS views,
        countIf(event_type = 'click') AS clicks,
        countIf(event_type = 'add_to_cart') AS carts,
        countIf(event_type = 'checkout') AS checkouts,
        countIf(event_type = 'check_in') AS check_ins,
        uniqExact(session_id) AS sessions,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets,
        0 AS gross_minor,
        0 AS discount_minor,
        0 AS fee_minor,
        0 AS refund_minor,
        0 AS refunded_fee_minor
    FROM sluice.warehouse_interactions
    FINAL
    WHERE ((tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )) AND (organizer_id != '') AND (occurred_at >= (
        SELECT toDateTime64(min(day), 3, 'UTC')
        FROM changed
    )) AND (occurred_at < (
        SELECT toDateTime64(max(day) + 1, 3, 'UTC')
        FROM changed
    ))
    GROUP BY
        tenant_id,
        day,
        organizer_id
    UNION ALL
    SELECT
        tenant_id,
        day,
        organizer_id,
        currency,
        0 AS interactions,
        0 AS views,
        0 AS clicks,
        0 AS carts,
        0 AS checkouts,
        0 AS check_ins,
        0 AS sessions,
        uniqExactIf(order_id, kind = 'sale') AS orders,
        sumIf(quantity, kind = 'sale') AS tickets,
        sumIf(quantity, kind = 'refund') AS refunded_tickets,
        sumIf(warehouse_sales.gross_minor, kind = 'sale') AS gross_minor,
        sumIf(warehouse_sales.discount_minor, kind = 'sale') AS discount_minor,
        sumIf(warehouse_sales.fee_minor, kind = 'sale') AS fee_minor,
        sumIf(warehouse_sales.gross_minor - warehouse_sales.discount_minor, kind = 'refund') AS refund_minor,
        sumIf(warehouse_sales.fee_minor, kind = 'refund') AS refunded_fee_minor
    FROM sluice.warehouse_sales
    FINAL
    WHERE ((tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )) AND (organizer_id != '') AND (occurred_at >= (
        SELECT toDateTime64(min(day), 3, 'UTC')
        FROM changed
    )) AND (occurred_at < (
        SELECT toDateTime64(max(day) + 1, 3, 'UTC')
        FROM changed
    ))
    GROUP BY
        tenant_id,
        day,
        organizer_id,
        currency
    UNION ALL
    SELECT
        tenant_id,
        day,
        organizer_id,
        currency,
        0 AS interactions,
        0 AS views,
        0 AS clicks,
        0 AS carts,
        0 AS checkouts,
        0 AS check_ins,
        0 AS sessions,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets,
        0 AS gross_minor,
        0 AS discount_minor,
        0 AS fee_minor,
        0 AS refund_minor,
        0 AS refunded_fee_minor
    FROM sluice.warehouse_organizer_performance
    WHERE (tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )
) AS parts
GROUP BY
    tenant_id,
    day,
    organizer_id,
    currency;

CREATE VIEW sluice.warehouse_organizers
(
    `tenant_id` String,
    `organizer_id` String,
    `valid_from` DateTime64(3, 'UTC'),
    `valid_to` DateTime64(3, 'UTC'),
    `is_current` Bool,
    `name` String,
    `country` String,
    `tier` String
)
AS SELECT
    tenant_id,
    organizer_id,
    version.valid_from AS valid_from,
    version.valid_to AS valid_to,
    CAST((version.valid_to = toDateTime64('2200-01-01 00:00:00', 3, 'UTC')), 'Bool') AS is_current,
    version.name AS name,
    version.country AS country,
    version.tier AS tier
FROM sluice.warehouse_organizer_histories
FINAL
ARRAY JOIN versions AS version;

CREATE TABLE sluice.warehouse_sales
(
    `tenant_id` String,
    `id` String CODEC(ZSTD(1)),
    `kind` LowCardinality(String),
    `order_id` String CODEC(ZSTD(1)),
    `occurred_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `day` Date MATERIALIZED toDate(occurred_at, 'UTC') COMMENT 'Key of warehouse_dates',
    `minute` UInt16 MATERIALIZED (toHour(occurred_at, 'UTC') * 60) + toMinute(occurred_at, 'UTC') COMMENT 'Key of warehouse_times',
    `user_id` String CODEC(ZSTD(1)),
    `show_id` String CODEC(ZSTD(1)),
    `organizer_id` String CODEC(ZSTD(1)),
    `ticket_type_id` String CODEC(ZSTD(1)),
    `quantity` UInt32,
    `unit_price_minor` Int64,
    `gross_minor` Int64 COMMENT 'quantity times unit_price_minor',
    `fee_minor` Int64,
    `discount_minor` Int64,
    `currency` String,
    `channel` String,
    `promo_code` String CODEC(ZSTD(1)),
    `refund_of` String CODEC(ZSTD(1)),
    `country` String,
    `city` String CODEC(ZSTD(1)),
    `device` String,
    `updated_at` DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `deleted` Bool
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, occurred_at)
ORDER BY (tenant_id, occurred_at, id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_sales_refresh
REFRESH EVERY 5 MINUTE APPEND TO sluice.warehouse_sales
(
    `tenant_id` String,
    `id` String,
    `kind` LowCardinality(String),
    `order_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `user_id` String,
    `show_id` String,
    `organizer_id` String,
    `ticket_type_id` String,
    `quantity` UInt32,
    `unit_price_minor` Int64,
    `gross_minor` Int64,
    `fee_minor` Int64,
    `discount_minor` Int64,
    `currency` LowCardinality(String),
    `channel` String,
    `promo_code` String,
    `refund_of` String,
    `country` String,
    `city` String,
    `device` String,
    `updated_at` DateTime64(6, 'UTC'),
    `deleted` Bool
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    id,
    kind,
    order_id,
    occurred_at,
    user_id,
    show_id,
    organizer_id,
    ticket_type_id,
    quantity,
    unit_price_minor,
    quantity * unit_price_minor AS gross_minor,
    fee_minor,
    discount_minor,
    currency,
    channel,
    promo_code,
    refund_of,
    country,
    city,
    device,
    updated_at,
    deleted
FROM sluice.ticketing_sales
WHERE arrived_at >= (
    SELECT argMax(watermark, noted_at) - toIntervalMinute(10)
    FROM sluice.etl_watermarks
    WHERE view = 'warehouse_sales_refresh'
)
SETTINGS max_partitions_per_insert_block = 10000;

CREATE TABLE sluice.warehouse_show_performance
(
    `tenant_id` String,
    `day` Date,
    `show_id` String,
    `currency` String COMMENT 'Empty for what has none: interactions',
    `interactions` UInt64,
    `views` UInt64,
    `clicks` UInt64,
    `carts` UInt64,
    `checkouts` UInt64,
    `check_ins` UInt64,
    `sessions` UInt64 COMMENT 'Distinct sessions of the day: they do not add up',
    `orders` UInt64 COMMENT 'Distinct orders with something sold',
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `gross_minor` Int64 COMMENT 'Price of what was sold, before discounts',
    `discount_minor` Int64,
    `fee_minor` Int64 COMMENT 'Fees of what was sold',
    `refund_minor` Int64 COMMENT 'Price of what was refunded, minus its discount',
    `refunded_fee_minor` Int64 COMMENT 'Fees given back with refunds',
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (tenant_id, day, show_id, currency)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_show_performance_refresh
REFRESH EVERY 5 MINUTE DEPENDS ON sluice.warehouse_sales_refresh, sluice.warehouse_interactions_refresh APPEND TO sluice.warehouse_show_performance
(
    `tenant_id` String,
    `day` Date,
    `show_id` String,
    `currency` String,
    `interactions` UInt64,
    `views` UInt64,
    `clicks` UInt64,
    `carts` UInt64,
    `checkouts` UInt64,
    `check_ins` UInt64,
    `sessions` UInt64,
    `orders` UInt64,
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `gross_minor` Int64,
    `discount_minor` Int64,
    `fee_minor` Int64,
    `refund_minor` Int64,
    `refunded_fee_minor` Int64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    changed AS
    (
        SELECT DISTINCT
            tenant_id,
            day
        FROM sluice.warehouse_changed_days
        WHERE changed_at >= (
            SELECT argMax(watermark, noted_at) - toIntervalMinute(10)
            FROM sluice.etl_watermarks
            WHERE view = 'warehouse_show_performance_refresh'
        )
    )
SELECT
    tenant_id,
    day,
    show_id,
    currency,
    sum(parts.interactions) AS interactions,
    sum(parts.views) AS views,
    sum(parts.clicks) AS clicks,
    sum(parts.carts) AS carts,
    sum(parts.checkouts) AS checkouts,
    sum(parts.check_ins) AS check_ins,
    sum(parts.sessions) AS sessions,
    sum(parts.orders) AS orders,
    sum(parts.tickets) AS tickets,
    sum(parts.refunded_tickets) AS refunded_tickets,
    sum(parts.gross_minor) AS gross_minor,
    sum(parts.discount_minor) AS discount_minor,
    sum(parts.fee_minor) AS fee_minor,
    sum(parts.refund_minor) AS refund_minor,
    sum(parts.refunded_fee_minor) AS refunded_fee_minor,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        day,
        show_id,
        '' AS currency,
        count() AS interactions,
        countIf(event_type = 'view') AS views,
        countIf(event_type = 'click') AS clicks,
        countIf(event_type = 'add_to_cart') AS carts,
        countIf(event_type = 'checkout') AS checkouts,
        countIf(event_type = 'check_in') AS check_ins,
        uniqExact(session_id) AS sessions,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets,
        0 AS gross_minor,
        0 AS discount_minor,
        0 AS fee_minor,
        0 AS refund_minor,
        0 AS refunded_fee_minor
    FROM sluice.warehouse_interactions
    FINAL
    WHERE ((tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )) AND (show_id != '') AND (occurred_at >= (
        SELECT toDateTime64(min(day), 3, 'UTC')
        FROM changed
    )) AND (occurred_at < (
        SELECT toDateTime64(max(day) + 1, 3, 'UTC')
        FROM changed
    ))
    GROUP BY
        tenant_id,
        day,
        show_id
    UNION ALL
    SELECT
        tenant_id,
        day,
        show_id,
        currency,
        0 AS interactions,
        0 AS views,
        0 AS clicks,
        0 AS carts,
        0 AS checkouts,
        0 AS check_ins,
        0 AS sessions,
        uniqExactIf(order_id, kind = 'sale') AS orders,
        sumIf(quantity, kind = 'sale') AS tickets,
        sumIf(quantity, kind = 'refund') AS refunded_tickets,
        sumIf(warehouse_sales.gross_minor, kind = 'sale') AS gross_minor,
        sumIf(warehouse_sales.discount_minor, kind = 'sale') AS discount_minor,
        sumIf(warehouse_sales.fee_minor, kind = 'sale') AS fee_minor,
        sumIf(warehouse_sales.gross_minor - warehouse_sales.discount_minor, kind = 'refund') AS refund_minor,
        sumIf(warehouse_sales.fee_minor, kind = 'refund') AS refunded_fee_minor
    FROM sluice.warehouse_sales
    FINAL
    WHERE ((tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )) AND (show_id != '') AND (occurred_at >= (
        SELECT toDateTime64(min(day), 3, 'UTC')
        FROM changed
    )) AND (occurred_at < (
        SELECT toDateTime64(max(day) + 1, 3, 'UTC')
        FROM changed
    ))
    GROUP BY
        tenant_id,
        day,
        show_id,
        currency
    UNION ALL
    SELECT
        tenant_id,
        day,
        show_id,
        currency,
        0 AS interactions,
        0 AS views,
        0 AS clicks,
        0 AS carts,
        0 AS checkouts,
        0 AS check_ins,
        0 AS sessions,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets,
        0 AS gross_minor,
        0 AS discount_minor,
        0 AS fee_minor,
        0 AS refund_minor,
        0 AS refunded_fee_minor
    FROM sluice.warehouse_show_performance
    WHERE (tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )
) AS parts
GROUP BY
    tenant_id,
    day,
    show_id,
    currency;

CREATE VIEW sluice.warehouse_shows
(
    `tenant_id` String,
    `show_id` String,
    `organizer_id` String,
    `name` String,
    `category` String,
    `venue` String,
    `city` String,
    `country` String,
    `starts_at` Nullable(DateTime64(3, 'UTC')),
    `ends_at` Nullable(DateTime64(3, 'UTC')),
    `capacity` Nullable(UInt32)
)
AS SELECT
    tenant_id,
    show_id,
    organizer_id,
    name,
    category,
    venue,
    city,
    country,
    starts_at,
    ends_at,
    capacity
FROM sluice.ticketing_shows_current;

CREATE VIEW sluice.warehouse_ticket_types
(
    `tenant_id` String,
    `ticket_type_id` String,
    `show_id` String,
    `name` String,
    `price_minor` Nullable(Int64),
    `currency` String,
    `quantity` Nullable(UInt32)
)
AS SELECT
    tenant_id,
    ticket_type_id,
    show_id,
    name,
    price_minor,
    currency,
    quantity
FROM sluice.ticketing_ticket_types_current;

CREATE VIEW sluice.warehouse_times
(
    `tenant_id` String,
    `minute` UInt16,
    `hour` UInt8,
    `minute_of_hour` UInt8,
    `part_of_day` String
)
AS SELECT
    tenant_id,
    CAST(arrayJoin(range(1440)), 'UInt16') AS minute,
    toUInt8(intDiv(minute, 60)) AS hour,
    toUInt8(minute % 60) AS minute_of_hour,
    multiIf(hour < 6, 'night', hour < 12, 'morning', hour < 18, 'afternoon', 'evening') AS part_of_day
FROM
(
    SELECT DISTINCT tenant_id
    FROM sluice.warehouse_changed_days
) AS tenants;

CREATE TABLE sluice.warehouse_user_cohorts
(
    `tenant_id` String,
    `cohort_month` Date COMMENT 'First day of the month of the first purchase',
    `month` Date,
    `buyers` UInt64,
    `orders` UInt64,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, cohort_month, month)
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_user_cohorts_refresh
REFRESH EVERY 15 MINUTE DEPENDS ON sluice.warehouse_user_engagement_refresh TO sluice.warehouse_user_cohorts
(
    `tenant_id` String,
    `cohort_month` Date,
    `month` Date,
    `buyers` UInt64,
    `orders` UInt64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS SELECT
    tenant_id,
    arrayMin(bought.1) AS cohort_month,
    each.1 AS month,
    count() AS buyers,
    sum(each.2) AS orders,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        user_id,
        sumMap([toStartOfMonth(day)], [warehouse_user_engagement.orders]) AS bought
    FROM sluice.warehouse_user_engagement
    FINAL
    WHERE warehouse_user_engagement.orders > 0
    GROUP BY
        tenant_id,
        user_id
) AS users
ARRAY JOIN arrayZip(bought.1, bought.2) AS each
GROUP BY
    tenant_id,
    cohort_month,
    month;

CREATE TABLE sluice.warehouse_user_engagement
(
    `tenant_id` String,
    `day` Date,
    `user_id` String,
    `interactions` UInt64,
    `views` UInt64,
    `clicks` UInt64,
    `carts` UInt64,
    `checkouts` UInt64,
    `check_ins` UInt64,
    `sessions` UInt64 COMMENT 'Distinct sessions of the day: they do not add up',
    `orders` UInt64 COMMENT 'Distinct orders with something sold',
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (tenant_id, day, user_id)
SETTINGS non_replicated_deduplication_window = 1000, min_age_to_force_merge_seconds = 300, min_age_to_force_merge_on_partition_only = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_user_engagement_refresh
REFRESH EVERY 5 MINUTE DEPENDS ON sluice.warehouse_sales_refresh, sluice.warehouse_interactions_refresh APPEND TO sluice.warehouse_user_engagement
(
    `tenant_id` String,
    `day` Date,
    `user_id` String,
    `interactions` UInt64,
    `views` UInt64,
    `clicks` UInt64,
    `carts` UInt64,
    `checkouts` UInt64,
    `check_ins` UInt64,
    `sessions` UInt64,
    `orders` UInt64,
    `tickets` UInt64,
    `refunded_tickets` UInt64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    changed AS
    (
        SELECT DISTINCT
            tenant_id,
            day
        FROM sluice.warehouse_changed_days
        WHERE changed_at >= (
            SELECT argMax(watermark, noted_at) - toIntervalMinute(10)
            FROM sluice.etl_watermarks
            WHERE view = 'warehouse_user_engagement_refresh'
        )
    )
SELECT
    tenant_id,
    day,
    user_id,
    sum(parts.interactions) AS interactions,
    sum(parts.views) AS views,
    sum(parts.clicks) AS clicks,
    sum(parts.carts) AS carts,
    sum(parts.checkouts) AS checkouts,
    sum(parts.check_ins) AS check_ins,
    sum(parts.sessions) AS sessions,
    sum(parts.orders) AS orders,
    sum(parts.tickets) AS tickets,
    sum(parts.refunded_tickets) AS refunded_tickets,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        day,
        user_id,
        count() AS interactions,
        countIf(event_type = 'view') AS views,
        countIf(event_type = 'click') AS clicks,
        countIf(event_type = 'add_to_cart') AS carts,
        countIf(event_type = 'checkout') AS checkouts,
        countIf(event_type = 'check_in') AS check_ins,
        uniqExact(session_id) AS sessions,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets
    FROM sluice.warehouse_interactions
    FINAL
    WHERE ((tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )) AND (user_id != '') AND (occurred_at >= (
        SELECT toDateTime64(min(day), 3, 'UTC')
        FROM changed
    )) AND (occurred_at < (
        SELECT toDateTime64(max(day) + 1, 3, 'UTC')
        FROM changed
    ))
    GROUP BY
        tenant_id,
        day,
        user_id
    UNION ALL
    SELECT
        tenant_id,
        day,
        user_id,
        0 AS interactions,
        0 AS views,
        0 AS clicks,
        0 AS carts,
        0 AS checkouts,
        0 AS check_ins,
        0 AS sessions,
        uniqExactIf(order_id, kind = 'sale') AS orders,
        sumIf(quantity, kind = 'sale') AS tickets,
        sumIf(quantity, kind = 'refund') AS refunded_tickets
    FROM sluice.warehouse_sales
    FINAL
    WHERE ((tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )) AND (user_id != '') AND (occurred_at >= (
        SELECT toDateTime64(min(day), 3, 'UTC')
        FROM changed
    )) AND (occurred_at < (
        SELECT toDateTime64(max(day) + 1, 3, 'UTC')
        FROM changed
    ))
    GROUP BY
        tenant_id,
        day,
        user_id
    UNION ALL
    SELECT
        tenant_id,
        day,
        user_id,
        0 AS interactions,
        0 AS views,
        0 AS clicks,
        0 AS carts,
        0 AS checkouts,
        0 AS check_ins,
        0 AS sessions,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets
    FROM sluice.warehouse_user_engagement
    WHERE (tenant_id, day) IN (
        SELECT
            tenant_id,
            day
        FROM changed
    )
) AS parts
GROUP BY
    tenant_id,
    day,
    user_id;

CREATE TABLE sluice.warehouse_user_histories
(
    `tenant_id` String,
    `user_id` String,
    `versions` Array(Tuple(
        valid_from DateTime64(3, 'UTC'),
        valid_to DateTime64(3, 'UTC'),
        name String,
        email String,
        country String,
        city String,
        segment String)),
    `generation` UInt64,
    `computed_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(generation)
ORDER BY (tenant_id, user_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.warehouse_user_histories_refresh
REFRESH EVERY 5 MINUTE APPEND TO sluice.warehouse_user_histories
(
    `tenant_id` String,
    `user_id` String,
    `versions` Array(Tuple(
        valid_from DateTime64(3, 'UTC'),
        valid_to DateTime64(3, 'UTC'),
        name String,
        email String,
        country String,
        city String,
        segment String)),
    `generation` UInt64,
    `computed_at` DateTime64(3)
)
DEFINER = sluice SQL SECURITY DEFINER
AS WITH
    touched AS
    (
        SELECT DISTINCT
            tenant_id,
            user_id
        FROM sluice.ticketing_users
        WHERE received_at >= (
            SELECT argMax(watermark, noted_at) - toIntervalMinute(10)
            FROM sluice.etl_watermarks
            WHERE view = 'warehouse_user_histories_refresh'
        )
    ),
    told AS
    (
        SELECT
            tenant_id,
            user_id,
            changed_at,
            id,
            deleted,
            if(deleted, NULL, name) AS name,
            if(deleted, NULL, email) AS email,
            if(deleted, NULL, country) AS country,
            if(deleted, NULL, city) AS city,
            if(deleted, NULL, segment) AS segment,
            sum(deleted) OVER (PARTITION BY tenant_id, user_id ORDER BY changed_at ASC, id ASC) AS life
        FROM sluice.ticketing_users
        FINAL
        WHERE (tenant_id, user_id) IN (touched)
    ),
    states AS
    (
        SELECT
            tenant_id,
            user_id,
            changed_at,
            deleted,
            ifNull(anyLast(told.name) OVER lives, '') AS name,
            ifNull(anyLast(told.email) OVER lives, '') AS email,
            ifNull(anyLast(told.country) OVER lives, '') AS country,
            ifNull(anyLast(told.city) OVER lives, '') AS city,
            ifNull(anyLast(told.segment) OVER lives, '') AS segment,
            row_number() OVER (PARTITION BY tenant_id, user_id, changed_at ORDER BY id DESC) AS from_last_of_instant
        FROM told
        WINDOW lives AS (PARTITION BY tenant_id, user_id, life ORDER BY changed_at ASC, id ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    neighbours AS
    (
        SELECT
            *,
            (deleted, name, email, country, city, segment) AS state,
            row_number() OVER changes AS number,
            lagInFrame(state) OVER changes AS state_before
        FROM states
        WHERE from_last_of_instant = 1
        WINDOW changes AS (PARTITION BY tenant_id, user_id ORDER BY changed_at ASC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    periods AS
    (
        SELECT
            *,
            leadInFrame(changed_at, 1, toDateTime64('2200-01-01 00:00:00', 3, 'UTC')) OVER changes AS valid_to
        FROM neighbours
        WHERE (number = 1) OR (state != state_before)
        WINDOW changes AS (PARTITION BY tenant_id, user_id ORDER BY changed_at ASC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    computed AS
    (
        SELECT
            tenant_id,
            user_id,
            CAST(arraySort(groupArrayIf((changed_at, periods.valid_to, name, email, country, city, segment), NOT deleted)), 'Array(Tuple(valid_from DateTime64(3, \'UTC\'), valid_to DateTime64(3, \'UTC\'), name String, email String, country String, city String, segment String))') AS versions
        FROM periods
        GROUP BY
            tenant_id,
            user_id
    ),
    stored AS
    (
        SELECT
            tenant_id,
            user_id,
            versions,
            generation
        FROM sluice.warehouse_user_histories
        FINAL
        WHERE (tenant_id, user_id) IN (touched)
    )
SELECT
    computed.tenant_id AS tenant_id,
    computed.user_id AS user_id,
    computed.versions AS versions,
    stored.generation + 1 AS generation,
    now64(3) AS computed_at
FROM computed
LEFT JOIN stored ON (stored.tenant_id = computed.tenant_id) AND (stored.user_id = computed.user_id)
WHERE (stored.generation = 0) OR (stored.versions != computed.versions);

CREATE VIEW sluice.warehouse_users
(
    `tenant_id` String,
    `user_id` String,
    `valid_from` DateTime64(3, 'UTC'),
    `valid_to` DateTime64(3, 'UTC'),
    `is_current` Bool,
    `name` String,
    `email` String,
    `country` String,
    `city` String,
    `segment` String
)
AS SELECT
    tenant_id,
    user_id,
    version.valid_from AS valid_from,
    version.valid_to AS valid_to,
    CAST((version.valid_to = toDateTime64('2200-01-01 00:00:00', 3, 'UTC')), 'Bool') AS is_current,
    version.name AS name,
    version.email AS email,
    version.country AS country,
    version.city AS city,
    version.segment AS segment
FROM sluice.warehouse_user_histories
FINAL
ARRAY JOIN versions AS version;


--
-- Dbmate schema migrations
--

INSERT INTO sluice.schema_migrations (version) VALUES
    ('20261101000100'),
    ('20261101000200'),
    ('20261101000300'),
    ('20261101000400'),
    ('20261101000500'),
    ('20261101000600'),
    ('20261101000700'),
    ('20261101000800'),
    ('20261101000900'),
    ('20261101001000'),
    ('20261101001100'),
    ('20261101001200'),
    ('20261101001300'),
    ('20261101001400'),
    ('20261101001500'),
    ('20261101001600'),
    ('20261101001700'),
    ('20261101001800'),
    ('20261101001900'),
    ('20261101010100'),
    ('20261101010200'),
    ('20261101010300'),
    ('20261101010400'),
    ('20261101010500'),
    ('20261101010600'),
    ('20261101010700'),
    ('20261101010800'),
    ('20261101010900'),
    ('20261101011000'),
    ('20261101011100'),
    ('20261101011200'),
    ('20261101020100'),
    ('20261101020200'),
    ('20261101020300'),
    ('20261101020400'),
    ('20261101020500'),
    ('20261101020600'),
    ('20261101020700'),
    ('20261101020800'),
    ('20261101020900'),
    ('20261101030100'),
    ('20261101030200'),
    ('20261101030300'),
    ('20261101030400'),
    ('20261101030500'),
    ('20261101030600'),
    ('20261101030700'),
    ('20261101030800'),
    ('20261101030900'),
    ('20261101040100'),
    ('20261101040200'),
    ('20261101050100'),
    ('20261101050200'),
    ('20261101050300'),
    ('20261101050400'),
    ('20261101060100'),
    ('20261101060200'),
    ('20261101060300'),
    ('20261101060400'),
    ('20261101060500'),
    ('20261101060600'),
    ('20261101060700'),
    ('20261101060800'),
    ('20261101060900'),
    ('20261101061000'),
    ('20261101061100'),
    ('20261101061400'),
    ('20261101061500'),
    ('20261101061600'),
    ('20261101061700'),
    ('20261101061800'),
    ('20261101061900'),
    ('20261101062000'),
    ('20261101062100'),
    ('20261101062200'),
    ('20261101062300'),
    ('20261101062400'),
    ('20261101062500'),
    ('20261101062600'),
    ('20261101100100'),
    ('20261101100200'),
    ('20261101100300'),
    ('20261101100400'),
    ('20261101100500'),
    ('20261101100600'),
    ('20261101110100'),
    ('20261101110200'),
    ('20261101110300'),
    ('20261101110400'),
    ('20261101110500'),
    ('20261101110600'),
    ('20261101110700'),
    ('20261101110800'),
    ('20261101110900'),
    ('20261101111000'),
    ('20261101111100'),
    ('20261101111200'),
    ('20261101120100'),
    ('20261101120200'),
    ('20261101120300'),
    ('20261101120400'),
    ('20261101120500'),
    ('20261101120600'),
    ('20261101120700'),
    ('20261101120800'),
    ('20261101120900'),
    ('20261101121000'),
    ('20261101121100'),
    ('20261101121200'),
    ('20261101121300'),
    ('20261101121400'),
    ('20261101121500'),
    ('20261101121600'),
    ('20261101121700'),
    ('20261101121800'),
    ('20261101121900'),
    ('20261101122000'),
    ('20261101122100'),
    ('20261101130100'),
    ('20261101130200'),
    ('20261101130300'),
    ('20261101130400'),
    ('20261101130500'),
    ('20261101130600'),
    ('20261101130700'),
    ('20261101130800'),
    ('20261101130900'),
    ('20261101131000'),
    ('20261101131100'),
    ('20261101131200'),
    ('20261101131300'),
    ('20261101131400'),
    ('20261101131500'),
    ('20261101131600'),
    ('20261101131700'),
    ('20261101140100'),
    ('20261101140200'),
    ('20261101140300'),
    ('20261101140400'),
    ('20261101140500'),
    ('20261101140600'),
    ('20261101140700'),
    ('20261101140800'),
    ('20261101140900'),
    ('20261101141000'),
    ('20261101141100'),
    ('20261101141200'),
    ('20261101141300'),
    ('20261101141400'),
    ('20261101141500'),
    ('20261101141600'),
    ('20261101141700'),
    ('20261101141800'),
    ('20261101141900'),
    ('20261101142000'),
    ('20261101142100'),
    ('20261101142200'),
    ('20261101150100'),
    ('20261101150200'),
    ('20261101150300'),
    ('20261101150400'),
    ('20261101150500'),
    ('20261101150600'),
    ('20261101150700'),
    ('20261101150800'),
    ('20261101150900'),
    ('20261101151000'),
    ('20261101160100'),
    ('20261101160200'),
    ('20261101170100'),
    ('20261101170200'),
    ('20261101170300'),
    ('20261101170400'),
    ('20261101170500'),
    ('20261101170600'),
    ('20261101170700'),
    ('20261101170800'),
    ('20261127222000'),
    ('20261127223001'),
    ('20261127223002'),
    ('20261127223003'),
    ('20261127223004'),
    ('20261127223005'),
    ('20261127223010'),
    ('20261127223011'),
    ('20261127223012'),
    ('20261127223013'),
    ('20261127223014'),
    ('20261127223015'),
    ('20261128000002'),
    ('20261128000003'),
    ('20261128000004'),
    ('20261128000005'),
    ('20261128000006'),
    ('20261128000007'),
    ('20261128000008'),
    ('20261128000009'),
    ('20261128000010'),
    ('20261128000011'),
    ('20261128000012'),
    ('20261128000013'),
    ('20261128000014'),
    ('20261128000015'),
    ('20261128000016'),
    ('20261128000017'),
    ('20261128000018'),
    ('20261128000019'),
    ('20261128000020'),
    ('20261128000021'),
    ('20261128000022'),
    ('20261128000023'),
    ('20261128000024'),
    ('20261128000025'),
    ('20261128000026'),
    ('20261128000027'),
    ('20261128000028'),
    ('20261128000029'),
    ('20261128000030'),
    ('20261128000031'),
    ('20261128000032'),
    ('20261128000033'),
    ('20261128000034'),
    ('20261128000035'),
    ('20261128000036'),
    ('20261128000037'),
    ('20261128000038'),
    ('20261128000039'),
    ('20261128000040'),
    ('20261128000041'),
    ('20261128000042'),
    ('20261128000044'),
    ('20261128000045'),
    ('20261128000046'),
    ('20261128000047'),
    ('20261128000048'),
    ('20261128000049'),
    ('20261128010001'),
    ('20261128010002'),
    ('20261128010003'),
    ('20261128010004'),
    ('20261128010005'),
    ('20261128010006'),
    ('20261128010007'),
    ('20261128010101'),
    ('20261128010102'),
    ('20261128010103'),
    ('20261128010104'),
    ('20261128010105'),
    ('20261128010106'),
    ('20261128010107'),
    ('20261128010108'),
    ('20261128010109'),
    ('20261128010110'),
    ('20261128010111'),
    ('20261128010121'),
    ('20261128010122'),
    ('20261128010123'),
    ('20261128010124'),
    ('20261128010125'),
    ('20261128010126'),
    ('20261128010127'),
    ('20261128010201'),
    ('20261128010202'),
    ('20261128010203'),
    ('20261128010204'),
    ('20261128010205'),
    ('20261128010206'),
    ('20261128010207'),
    ('20261128010208'),
    ('20261128010209'),
    ('20261128010210'),
    ('20261128010211'),
    ('20261128010221'),
    ('20261128010222'),
    ('20261128010223'),
    ('20261128010224'),
    ('20261128010301'),
    ('20261128010302'),
    ('20261128010303'),
    ('20261128010304'),
    ('20261128010305'),
    ('20261128010306'),
    ('20261128010307'),
    ('20261128010308'),
    ('20261128010309'),
    ('20261128010310'),
    ('20261128010311'),
    ('20261128010321'),
    ('20261128010322'),
    ('20261128010323'),
    ('20261128010324'),
    ('20261128010325'),
    ('20261128010326'),
    ('20261128010327'),
    ('20261128010401'),
    ('20261128010402'),
    ('20261128010403'),
    ('20261128030001'),
    ('20261128030002'),
    ('20261128030003'),
    ('20261128030004'),
    ('20261128030005'),
    ('20261128030006'),
    ('20261128030007'),
    ('20261128030008'),
    ('20261128030009'),
    ('20261128030010'),
    ('20261128030011'),
    ('20261128030012'),
    ('20261128030013'),
    ('20261128030014'),
    ('20261128030015'),
    ('20261128030020'),
    ('20261128030021'),
    ('20261128030022'),
    ('20261128030023'),
    ('20261128030024'),
    ('20261128030025'),
    ('20261128030026'),
    ('20261128030027'),
    ('20261128030028'),
    ('20261128030029'),
    ('20261128030030'),
    ('20261128030031'),
    ('20261128030032'),
    ('20261128030033'),
    ('20261128030034'),
    ('20261128030050'),
    ('20261128030051'),
    ('20261128030052'),
    ('20261128030053'),
    ('20261128030054'),
    ('20261128030055'),
    ('20261128030056'),
    ('20261128030057'),
    ('20261128030058'),
    ('20261128030059'),
    ('20261128030060'),
    ('20261128030061'),
    ('20261128030062'),
    ('20261128030063'),
    ('20261128030080'),
    ('20261128030081'),
    ('20261128030082'),
    ('20261128030083'),
    ('20261128040001'),
    ('20261128040002'),
    ('20261128040003');
