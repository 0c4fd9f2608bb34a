-- migrate:up
-- The id of a dead letter: of the same line at the same place of the same request it is the same, however often that was
-- stored, and no two tenants have one. No part but the last has a zero byte, so that the text reads in one way only.
CREATE FUNCTION dead_letter_id AS (tenant_id, stream, source, request_id, line_number, line) ->
    text_uuid(
        concat(
            tenant_id, '\0',
            toString(stream), '\0',
            toString(source), '\0',
            toString(request_id), '\0',
            toString(line_number), '\0',
            line));

-- migrate:down
DROP FUNCTION dead_letter_id;
