-- migrate:up
-- For how many rows a row stands: 1 / share in the sample, 0 for one that is not kept. Sums of weights, and of values
-- multiplied by them, are unbiased (Horvitz and Thompson, 1952).
CREATE FUNCTION sampling_weight AS (visitor, share) ->
    multiIf(NOT is_sampled(visitor, share), 0., visitor = '' OR share >= 1, 1., 1 / share);

-- migrate:down
DROP FUNCTION sampling_weight;
