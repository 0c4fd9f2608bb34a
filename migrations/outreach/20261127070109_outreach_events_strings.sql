-- migrate:up
-- What tenants name themselves is no LowCardinality: its dictionary is shared by all rows of a part, and functions run over
-- the whole of it, so that one which fails for another tenant's value tells that it is there.
ALTER TABLE outreach_events MODIFY COLUMN source_type String, MODIFY COLUMN campaign_id String, MODIFY COLUMN workflow_id String, MODIFY COLUMN sequence_id String, MODIFY COLUMN template_id String

-- migrate:down
ALTER TABLE outreach_events MODIFY COLUMN source_type LowCardinality(String), MODIFY COLUMN campaign_id LowCardinality(String), MODIFY COLUMN workflow_id LowCardinality(String), MODIFY COLUMN sequence_id LowCardinality(String), MODIFY COLUMN template_id LowCardinality(String)
