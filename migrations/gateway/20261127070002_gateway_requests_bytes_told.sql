-- migrate:up
-- What a tenant is told of the bytes: how many exactly depends on what other tenants hold beside it.
ALTER TABLE gateway_requests ADD COLUMN bytes_told UInt64 MATERIALIZED coarse(bytes_read, 16000000) COMMENT 'Rounded up to 16, 64, 256 … million'

-- migrate:down
ALTER TABLE gateway_requests DROP COLUMN bytes_told
