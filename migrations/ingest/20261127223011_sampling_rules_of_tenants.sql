-- migrate:up
-- The rules of each tenant for a stream, and those for all tenants under '', as sampling_share takes them: the longest
-- pattern first, of one pattern the latest.
CREATE VIEW sampling_rules_of_tenants AS
SELECT
    tenant_id,
    stream,
    arraySort(
        rule -> (-length(rule.1), rule.1, -toUnixTimestamp64Milli(rule.2)),
        groupArray((pattern, valid_from, share))) AS rules
FROM sampling_rules FINAL
GROUP BY
    tenant_id,
    stream
COMMENT 'access: gateway';

-- migrate:down
DROP VIEW sampling_rules_of_tenants;
