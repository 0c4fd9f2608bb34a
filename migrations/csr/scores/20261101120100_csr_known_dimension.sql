-- migrate:up
-- A dimension that is asked for, once it is found to be one of the five that there always are or of the tenant's own, those
-- that have scores; a new dimension needs no more than scores. Throws with the list. The empty name passes, with which
-- queries are described.
CREATE FUNCTION csr_known_dimension AS (asked, own) ->
    if(
        throwIf(
            asked != '' AND NOT has(arrayConcat(['confidence', 'belonging', 'lang_level_proxy', 'job_readiness', 'well_being'], own), asked),
            concat('dimension: There is no such dimension; there are ', arrayStringConcat(
                arrayDistinct(arrayConcat(['confidence', 'belonging', 'lang_level_proxy', 'job_readiness', 'well_being'], arraySort(own))), ', '))),
        '',
        asked);

-- migrate:down
DROP FUNCTION csr_known_dimension;
