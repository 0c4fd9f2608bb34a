-- migrate:up
-- The tenant that the subject of a message of NATS names: all after its second dot, since the engine does not tell headers. ''
-- if it names none.
CREATE FUNCTION nats_tenant AS (subject) -> extract(subject, '^[^.]+\\.[^.]+\\.(.+)$');

-- migrate:down
DROP FUNCTION nats_tenant;
