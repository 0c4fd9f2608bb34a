-- migrate:up
-- One row is a rule of sampling: of what occurs from an instant on, on pages of a stream that a pattern of LIKE matches, the
-- rows of so large a share of the visitors are kept. tenant_id is '' in a rule for all tenants. Rules are added and never
-- changed, so that a line that comes again, or late, is judged as it was at first; a migration inserts them.
-- A share of 0 would leave nothing from which a sum could be estimated.
-- ORDER BY: the rules of a tenant for a stream are looked for. No partitions and no end: there are few rows.
CREATE TABLE sampling_rules
(
    tenant_id String,
    stream LowCardinality(String),
    pattern String DEFAULT '%',
    valid_from DateTime64(3, 'UTC') DEFAULT now64(3),
    share Float64,
    CONSTRAINT share_is_positive CHECK share > 0 AND share <= 1
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant_id, stream, pattern, valid_from)
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE sampling_rules;
