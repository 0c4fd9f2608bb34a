-- migrate:up
-- How many stages of a funnel a user gets through. A step is a number: its instant in milliseconds since 1970, in sixteenths
-- of one, plus the place of its stage (1 to 9). So the steps of an instant follow each other by the places of their stages,
-- and windowFunnel may be strict: https://clickhouse.com/docs/sql-reference/aggregate-functions/parametric-functions#windowfunnel
-- The first step lies before entryEnd, the last one no more than windowMinutes after it. As csr_stages_reached, whose window is
-- in days.
CREATE FUNCTION ticketing_stages_reached AS (steps, entryEnd, windowMinutes) ->
    arrayReduce(
        concat('windowFunnel(', toString(toUInt64(windowMinutes) * 60000 * 16 + 15), ', \'strict_increase\')'),
        steps,
        arrayMap(step -> bitAnd(step, 15) = 1 AND step < toUInt64(toUnixTimestamp64Milli(entryEnd)) * 16, steps),
        arrayMap(step -> bitAnd(step, 15) = 2, steps),
        arrayMap(step -> bitAnd(step, 15) = 3, steps),
        arrayMap(step -> bitAnd(step, 15) = 4, steps),
        arrayMap(step -> bitAnd(step, 15) = 5, steps),
        arrayMap(step -> bitAnd(step, 15) = 6, steps),
        arrayMap(step -> bitAnd(step, 15) = 7, steps),
        arrayMap(step -> bitAnd(step, 15) = 8, steps),
        arrayMap(step -> bitAnd(step, 15) = 9, steps));

-- migrate:down
DROP FUNCTION ticketing_stages_reached;
