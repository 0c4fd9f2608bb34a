-- migrate:up
-- The tenant that a message of Kafka names: its header `tenant`, or, when the server's macro `sluice_kafka_tenant` says `key`
-- (deploy/clickhouse/config.d/kafka.xml), its key. '' if it names none.
CREATE FUNCTION kafka_tenant AS (names, values, key) ->
    if(getMacro('sluice_kafka_tenant') = 'key', key, values[indexOf(names, 'tenant')]);

-- migrate:down
DROP FUNCTION kafka_tenant;
