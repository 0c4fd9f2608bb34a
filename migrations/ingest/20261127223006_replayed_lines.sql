-- migrate:up
-- The lines that a dead letter is sent again as. It is one line, but for a message of a broker, which may have several: HTTP,
-- files and Postgres are cut into lines before any is refused, and an object among theirs may go over several. A line
-- without an id gets one that follows from the letter's: the same at each replay.
CREATE FUNCTION replayed_lines AS (letter_id, source, line) ->
    arrayMap(
        parts -> arrayMap(
            (part, number) -> with_event_id(
                part,
                toString(if(number = 1, letter_id, text_uuid(concat(toString(letter_id), ' ', toString(number)))))),
            parts,
            arrayEnumerate(parts)),
        [
            if(
                source IN ('http', 'backfill', 'postgres', 'demo') OR position(line, '\n') = 0 OR isValidJSON(line),
                [line],
                arrayFilter(part -> match(part, '[^ \t\r]'), splitByChar('\n', line)))
        ])[1];

-- migrate:down
DROP FUNCTION replayed_lines;
