-- migrate:up
-- Writes down how the consumers of Kafka do. Which partitions one has is the engine's word; offsets and lag are of librdkafka's
-- statistics, which come each second (deploy/clickhouse/config.d/kafka.xml), and less than 0 when not known. The engine keeps
-- the last ten exceptions: that a broker was away is none any more when one answers.
CREATE MATERIALIZED VIEW kafka_consumers_refresh
REFRESH EVERY 5 SECOND APPEND TO kafka_consumers AS
WITH
    told AS
    (
        SELECT
            *,
            JSONExtract(
                rdkafka_stat,
                'Tuple(
                    topics Map(String, Tuple(partitions Map(String, Tuple(
                        committed_offset Nullable(Int64), consumer_lag Nullable(Int64))))),
                    brokers Map(String, Tuple(state String)))') AS statistics,
            arrayExists(broker -> broker.state = 'UP', mapValues(statistics.brokers)) AS connected,
            arrayMap(
                (topic, partition) -> (topic, partition, statistics.topics[topic].partitions[toString(partition)]),
                assignments.topic,
                assignments.partition_id) AS assigned,
            arrayFilter(
                problem -> NOT (connected AND problem.2 = 'The brokers are not reachable'),
                arrayMap((at, text) -> (at, kafka_consumer_problem(text)), exceptions.time, exceptions.text)) AS problems
        FROM system.kafka_consumers
        WHERE database = currentDatabase()
    )
SELECT
    hostName() AS server,
    table AS table_name,
    consumer_id AS consumer,
    arrayMap(
        each -> (each.1, each.2, if(each.3.1 >= 0, each.3.1, NULL), if(each.3.2 >= 0, each.3.2, NULL)),
        assigned)::Array(Tuple(topic String, partition Int32, offset Nullable(Int64), lag Nullable(Int64))) AS partitions,
    connected,
    num_messages_read AS messages,
    last_poll_time AS polled_at,
    last_commit_time AS committed_at,
    problems[-1].2 AS error,
    problems[-1].1 AS failed_at,
    now64(3) AS observed_at
FROM told;

-- migrate:down
DROP VIEW kafka_consumers_refresh;
