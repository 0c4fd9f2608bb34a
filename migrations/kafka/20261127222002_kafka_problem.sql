-- migrate:up
-- What is wrong with a message of Kafka, whatever its line says: the engine's own error with it, or that it names no tenant, or
-- one that no token could have. '' if nothing.
CREATE FUNCTION kafka_problem AS (names, tenant, error) -> multiIf(
    error != '', concat('The message cannot be read: ', error),
    getMacro('sluice_kafka_tenant') != 'key' AND countEqual(names, 'tenant') > 1, 'The header "tenant" comes twice',
    tenant = '', if(getMacro('sluice_kafka_tenant') = 'key', 'The message has no key', 'The message has no header "tenant"'),
    length(tenant) > 256 OR NOT isValidUTF8(tenant) OR match(tenant, '\\p{Cc}'),
        concat(
            'The tenant in the ',
            if(getMacro('sluice_kafka_tenant') = 'key', 'key', 'header "tenant"'),
            ' must be text of 1 to 256 bytes and no control characters'),
    '');

-- migrate:down
DROP FUNCTION kafka_problem;
