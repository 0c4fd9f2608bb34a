-- migrate:up
-- outreach_beside_metadata has taken its place.
DROP FUNCTION outreach_metadata;

-- migrate:down
-- The metadata of an envelope (JSON text, or '') with the name and the step number that its data has beside it, so that
-- they are found in one place. What the metadata itself says wins.
CREATE FUNCTION outreach_metadata AS (metadata, name, stepNumber) -> concat(
    '{',
    arrayStringConcat(
        arrayFilter(
            member -> match(member, '[^ \\t\\r\\n]'),
            [
                if(name = '' OR JSONHas(metadata, 'name'), '', concat('"name":', toJSONString(name))),
                if(
                    stepNumber = '' OR JSONHas(metadata, 'stepNumber'),
                    '',
                    concat('"stepNumber":', if(match(stepNumber, '^(0|[1-9]\\d{0,8})$'), stepNumber, toJSONString(stepNumber)))),
                substring(metadata, 2, greatest(length(metadata), 2) - 2)
            ]),
        ','),
    '}');
