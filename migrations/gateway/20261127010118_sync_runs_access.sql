-- migrate:up
-- Its rows belong to no tenant: queries with `tenant: all` read it.
ALTER TABLE sync_runs MODIFY COMMENT 'access: operator'

-- migrate:down
ALTER TABLE sync_runs MODIFY COMMENT ''
