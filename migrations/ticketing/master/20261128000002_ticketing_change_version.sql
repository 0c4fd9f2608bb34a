-- migrate:up
-- Which of the versions of a change counts, when its id comes again with other content: the one of the later time, and of one
-- time always the same one, whichever came first. A time of the years 2000 to 2100 takes 42 bits.
CREATE FUNCTION ticketing_change_version AS (at, content) ->
    bitOr(
        bitShiftLeft(toUInt64(greatest(toUnixTimestamp64Milli(at), 0)), 22),
        bitAnd(sipHash64(content), 4194303));

-- migrate:down
DROP FUNCTION ticketing_change_version;
