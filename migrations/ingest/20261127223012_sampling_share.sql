-- migrate:up
-- The share of visitors whose rows are kept of a page at an instant: of the tenant's own rules the first that holds, else of
-- the rules for all, else 1.
CREATE FUNCTION sampling_share AS (own_rules, rules_for_all, page, at) ->
    arrayFirst(
        rule -> rule.2 <= at AND page LIKE rule.1,
        arrayPushBack(
            arrayConcat(own_rules, rules_for_all),
            ('%', toDateTime64('1900-01-01 00:00:00', 3, 'UTC'), 1.))).3;

-- migrate:down
DROP FUNCTION sampling_share;
