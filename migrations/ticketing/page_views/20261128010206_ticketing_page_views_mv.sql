-- migrate:up
-- Keeps the parsed lines that are good, and of those the ones of visitors who are in the sample, with their weight. It reads the
-- rules with its owner's rights: a sender of page views may not.
CREATE MATERIALIZED VIEW ticketing_page_views_mv TO ticketing_page_views
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
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
    sampling_weight(
        visitor_id,
        sampling_share(
            own.rules,
            (
                SELECT any(rules)
                FROM sampling_rules_of_tenants
                WHERE stream = 'ticketing_page_views'
                    AND tenant_id = ''
            ),
            page_path(url),
            occurred_at)) AS weight
FROM ticketing_page_views_parsed AS parsed
LEFT JOIN
(
    SELECT
        tenant_id,
        rules
    FROM sampling_rules_of_tenants
    WHERE stream = 'ticketing_page_views'
) AS own
    ON own.tenant_id = parsed.tenant_id
WHERE reason = ''
    AND weight > 0;

-- migrate:down
DROP VIEW ticketing_page_views_mv;
