-- migrate:up
-- As before, also of metadata with numbers that the engine's parser does not read.
CREATE OR REPLACE FUNCTION outreach_metadata AS (metadata, name, stepNumber) -> concat(
    '{',
    arrayStringConcat(
        arrayFilter(
            member -> match(member, '[^ \\t\\r\\n]'),
            [
                if(
                    name = '' OR JSONHas(json_readable(metadata, '�'), 'name'),
                    '',
                    concat('"name":', toJSONString(replaceAll(name, half_pair(), '�')))),
                if(
                    stepNumber = '' OR JSONHas(json_readable(metadata, '�'), 'stepNumber'),
                    '',
                    concat('"stepNumber":', if(match(stepNumber, '^(0|[1-9]\\d{0,8})$'), stepNumber, toJSONString(replaceAll(stepNumber, half_pair(), '�'))))),
                substring(metadata, 2, greatest(length(metadata), 2) - 2)
            ]),
        ','),
    '}');

-- migrate:down
CREATE OR REPLACE FUNCTION outreach_metadata AS (metadata, name, stepNumber) -> concat(
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
