-- migrate:up
-- The name and the step number that the data of an envelope has beside its metadata, as members of the object that
-- metadata is, each with a comma after it. What the metadata itself says wins.
CREATE FUNCTION outreach_beside_metadata AS (metadata, name, stepNumber) -> concat(
    if(
        name = '' OR JSONHas(metadata, 'name'),
        '',
        concat('"name":', toJSONString(replaceAll(name, half_pair(), '�')), ',')),
    if(
        stepNumber = '' OR JSONHas(metadata, 'stepNumber'),
        '',
        concat(
            '"stepNumber":',
            if(match(stepNumber, '^(0|[1-9]\\d{0,8})$'), stepNumber, toJSONString(replaceAll(stepNumber, half_pair(), '�'))),
            ',')));

-- migrate:down
DROP FUNCTION outreach_beside_metadata;
