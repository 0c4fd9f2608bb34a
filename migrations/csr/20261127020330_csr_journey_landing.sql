-- migrate:up
-- Whether a line takes the short way, csr_journey_reading, or the long one, csr_journey_sorting.
ALTER TABLE csr_journey_landing ADD COLUMN plain Bool MATERIALIZED fault = '' AND json_is_plain(line);

-- migrate:down
ALTER TABLE csr_journey_landing DROP COLUMN plain;
