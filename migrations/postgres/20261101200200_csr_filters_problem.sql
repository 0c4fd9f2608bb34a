-- migrate:up
-- What is wrong with the filters of a cohort, '' if nothing: they are an object of lists of text, as its endpoint takes them.
CREATE FUNCTION csr_filters_problem AS (filters) -> multiIf(
    NOT isValidJSON(filters), 'filters is not valid JSON',
    JSONType(filters) != 'Object',
        concat('filters is not an object: ', quoted(filters)),
    arrayExists(
        value -> NOT startsWith(value, '[') OR arrayExists(element -> NOT startsWith(element, '"'), JSONExtractArrayRaw(value)),
        JSONExtractKeysAndValuesRaw(filters).2),
        concat(
            'filters has a value that is not a list of text: ',
            quoted(arrayFirst(
                pair -> NOT startsWith(pair.2, '[')
                    OR arrayExists(element -> NOT startsWith(element, '"'), JSONExtractArrayRaw(pair.2)),
                JSONExtractKeysAndValuesRaw(filters)).1)),
    '');

-- migrate:down
DROP FUNCTION csr_filters_problem;
