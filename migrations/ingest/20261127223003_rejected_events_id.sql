-- migrate:up
-- What sending a dead letter again needs: an id that is stable, and whether the line is whole. A replayed line that is
-- refused again comes here too, with the source "replay" and the letter's id as its request: that row is no letter of its
-- own, has the letter's id, and goes with it when it is deleted.
-- line_bytes tells how many letters a batch may take without reading them. The index finds single letters.
ALTER TABLE rejected_events
    ADD COLUMN is_cut Bool DEFAULT line = '' OR startsWith(reason, 'The line is longer than ') COMMENT 'Whether only the beginning of the line was kept',
    ADD COLUMN id UUID MATERIALIZED if(source = 'replay', request_id, dead_letter_id(tenant_id, stream, source, request_id, line_number, line)),
    ADD COLUMN line_bytes UInt32 MATERIALIZED length(line),
    ADD INDEX letter id TYPE bloom_filter GRANULARITY 1;

-- migrate:down
ALTER TABLE rejected_events
    DROP INDEX letter,
    DROP COLUMN line_bytes,
    DROP COLUMN id,
    DROP COLUMN is_cut;
