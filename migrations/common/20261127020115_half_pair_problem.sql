-- migrate:up
-- What is wrong with fields, each as (name, value), of which one holds half of a surrogate pair: no text has such. '' if none does.
-- json is the line as json_readable made it, the line itself nearly always.
CREATE FUNCTION half_pair_problem AS (line, json, fields) ->
    if(
        json != line AND arrayExists(field -> position(field.2, half_pair()) > 0, fields),
        concat(arrayFirst(field -> position(field.2, half_pair()) > 0, fields).1, ' holds half of a surrogate pair'),
        '');

-- migrate:down
DROP FUNCTION half_pair_problem;
