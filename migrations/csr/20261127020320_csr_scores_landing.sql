-- migrate:up
-- Whether a line takes the short way, csr_scores_reading, or the long one, csr_scores_sorting.
ALTER TABLE csr_scores_landing ADD COLUMN plain Bool MATERIALIZED fault = '' AND json_is_plain(line);

-- migrate:down
ALTER TABLE csr_scores_landing DROP COLUMN plain;
