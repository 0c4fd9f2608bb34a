-- migrate:up
-- Whether a line takes the short way, outreach_reading, or the long one, outreach_sorting.
ALTER TABLE outreach_landing ADD COLUMN plain Bool MATERIALIZED fault = '' AND json_is_plain(line) AND NOT outreach_metadata_is_odd(line);

-- migrate:down
ALTER TABLE outreach_landing DROP COLUMN plain;
