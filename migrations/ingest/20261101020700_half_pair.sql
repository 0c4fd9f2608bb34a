-- migrate:up
-- What stands for half of a surrogate pair in a line that is being read: U+FDD0, which Unicode leaves to such uses.
CREATE FUNCTION half_pair AS () -> '﷐';

-- migrate:down
DROP FUNCTION half_pair;
