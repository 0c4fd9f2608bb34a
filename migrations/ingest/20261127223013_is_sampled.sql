-- migrate:up
-- Whether a visitor is in a sample of this share. A visitor is in or out as a whole, at any tenant and on any page, and in
-- every larger share too: the hash of the visitor is a place between 0 and 1. Rows without a visitor are always in: they
-- would be one visitor of great weight.
CREATE FUNCTION is_sampled AS (visitor, share) ->
    visitor = '' OR share >= 1 OR sipHash64(concat('sampled ', visitor)) / 18446744073709551616. < share;

-- migrate:down
DROP FUNCTION is_sampled;
