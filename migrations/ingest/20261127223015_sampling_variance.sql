-- migrate:up
-- What a visitor adds to the variance of a weighted sum. by_weight is the visitor's sum of weighted values for each weight,
-- sumMap([weight], [weight * value]); the standard error of the whole sum is sqrt(sum(sampling_variance(by_weight))) over the
-- visitors. Two rows of a visitor are both kept with the smaller of their shares: the estimate of Horvitz and Thompson is
-- the sum over pairs of a * b * (1 - 1 / least(weights)).
CREATE FUNCTION sampling_variance AS (by_weight) ->
    arraySum(
        arrayMap(
            (a_weight, a) -> a * arraySum(
                arrayMap(
                    (b_weight, b) -> b * (1 - 1 / least(a_weight, b_weight)),
                    by_weight.1,
                    by_weight.2)),
            by_weight.1,
            by_weight.2));

-- migrate:down
DROP FUNCTION sampling_variance;
