-- migrate:up
-- What a group of values amounts to: an aggregate, of which all but count are NULL without values. Percentiles are exact
-- and lie between two values where there is none at their place (of 1, 2, 3 and 4 the median is 2.5); stddev is the
-- sample's, so it needs two values.
CREATE FUNCTION csr_stats AS value ->
    CAST(
        (
            avgOrNull(value),
            if(count(value) > 0, quantilesExactInclusive(0.5, 0.75, 0.95)(value)[1], NULL),
            if(count(value) > 0, quantilesExactInclusive(0.5, 0.75, 0.95)(value)[2], NULL),
            if(count(value) > 0, quantilesExactInclusive(0.5, 0.75, 0.95)(value)[3], NULL),
            if(count(value) > 1, stddevSampStable(value), NULL),
            count(value),
            minOrNull(value),
            maxOrNull(value)
        ),
        'Tuple(avg Nullable(Float64), p50 Nullable(Float64), p75 Nullable(Float64), p95 Nullable(Float64), stddev Nullable(Float64), count UInt64, min Nullable(Float64), max Nullable(Float64))');

-- migrate:down
DROP FUNCTION csr_stats;
