-- migrate:up
-- What an exception of a consumer of Kafka means, in words for the operator: its own text has hosts, statements and values in it.
CREATE FUNCTION kafka_consumer_problem AS (exception) -> multiIf(
    exception = '', '',
    exception ILIKE '%pushing to view%',
        concat(
            'The view ',
            extract(exception, 'pushing to view `?\\w+`?\\.`?(\\w+)'),
            ' fails, so that nothing is read: ',
            extract(exception, '\\(([A-Z_]+)\\)(?:,|\\s*$| \\(version)')),
    exception ILIKE '%authentication fail%' OR exception ILIKE '%SASL authentication error%',
        'The brokers refuse the user or the password',
    exception ILIKE '%authorization failed%',
        'The brokers do not let this user read the topic, or be in the group',
    exception ILIKE '%unknown topic%',
        'There is no such topic',
    exception ILIKE '%SSL%' OR exception ILIKE '%certificate%',
        'The connection to the brokers is not secure as it should be',
    exception ILIKE '%brokers are down%' OR exception ILIKE '%connect to%' OR exception ILIKE '%transport failure%'
    OR exception ILIKE '%resolve%' OR exception ILIKE '%disconnected%' OR exception ILIKE '%timed out%'
    OR exception ILIKE '%connection%',
        'The brokers are not reachable',
    extract(exception, '\\(([A-Z_]+)\\)(?:,|\\s*$| \\(version)') != '',
        concat('The engine failed: ', extract(exception, '\\(([A-Z_]+)\\)(?:,|\\s*$| \\(version)')),
    'The consumer failed');

-- migrate:down
DROP FUNCTION kafka_consumer_problem;
