-- migrate:up
-- Every five minutes in place of each minute, and not at the full one: planning it costs near a second of a processor also
-- when there is nothing to compute, three times what all other views of the minute cost together, and each time its rows are other
-- ones to the cache.
ALTER TABLE csr_benchmarking MODIFY REFRESH EVERY 5 MINUTE OFFSET 30 SECOND;

-- migrate:down
ALTER TABLE csr_benchmarking MODIFY REFRESH EVERY 1 MINUTE;
