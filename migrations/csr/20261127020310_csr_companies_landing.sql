-- migrate:up
-- Whether a line takes the short way, csr_companies_reading, or the long one, csr_companies_sorting.
ALTER TABLE csr_companies_landing ADD COLUMN plain Bool MATERIALIZED fault = '' AND json_is_plain(line);

-- migrate:down
ALTER TABLE csr_companies_landing DROP COLUMN plain;
