-- migrate:up
-- What a tenant is told of rows or bytes that a query read: 0, or rounded up to least, 4 × least, 16 × least … Exact figures
-- tell what other tenants hold beside it (src/base/figures.ts).
CREATE FUNCTION coarse AS (figure, least) ->
    if(figure = 0, 0, toUInt64(least * exp2(2 * ceil(greatest(log2(figure / least), 0) / 2))));

-- migrate:down
DROP FUNCTION coarse;
