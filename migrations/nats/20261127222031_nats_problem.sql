-- migrate:up
-- What is wrong with a message of NATS, whatever its line says: the engine's own error with it, or that its subject names no
-- tenant, or one that no token could have. '' if nothing.
CREATE FUNCTION nats_problem AS (tenant, error) -> multiIf(
    ifNull(error, '') != '', concat('The message cannot be read: ', ifNull(error, '')),
    tenant = '', 'The subject names no tenant',
    length(tenant) > 256 OR NOT isValidUTF8(tenant) OR match(tenant, '\\p{Cc}'),
        'The tenant in the subject must be text of 1 to 256 bytes and no control characters',
    '');

-- migrate:down
DROP FUNCTION nats_problem;
