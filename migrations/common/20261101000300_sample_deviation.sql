-- migrate:up
-- The standard deviation of a sample (n − 1) from its size, sum and sum of squares; NULL of fewer than two.
CREATE FUNCTION sample_deviation AS (size, total, squares) ->
    if(size < 2, NULL, sqrt(greatest(squares - total * total / size, 0) / (size - 1)));

-- migrate:down
DROP FUNCTION sample_deviation;
