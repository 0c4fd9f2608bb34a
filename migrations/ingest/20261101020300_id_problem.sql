-- migrate:up
-- What is wrong with an id that an event gives, '' if nothing.
CREATE FUNCTION id_problem AS (id) -> multiIf(
    length(id) > 256, 'is longer than 256 bytes',
    is_nested_json(id), 'is not a string',
    '');

-- migrate:down
DROP FUNCTION id_problem;
