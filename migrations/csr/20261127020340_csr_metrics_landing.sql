-- migrate:up
-- Whether a line takes the short way, csr_metrics_reading, or the long one, csr_metrics_sorting.
ALTER TABLE csr_metrics_landing ADD COLUMN plain Bool MATERIALIZED fault = '' AND json_is_plain(line);

-- migrate:down
ALTER TABLE csr_metrics_landing DROP COLUMN plain;
