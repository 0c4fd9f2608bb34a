-- migrate:up
-- What tenants name themselves is no LowCardinality: its dictionary is shared by all rows of a part, and functions run over
-- the whole of it, so that one which fails for another tenant's value tells that it is there.
ALTER TABLE csr_scores MODIFY COLUMN program_id String, MODIFY COLUMN location String, MODIFY COLUMN demographic String, MODIFY COLUMN text_type String

-- migrate:down
ALTER TABLE csr_scores MODIFY COLUMN program_id LowCardinality(String), MODIFY COLUMN location LowCardinality(String), MODIFY COLUMN demographic LowCardinality(String), MODIFY COLUMN text_type LowCardinality(String)
