-- migrate:up
-- Writes down how the consumers of Kafka do. Which partitions one has is the engine's word; offsets and lag are of librdkafka's
-- statistics, which come each second (deploy/clickhouse/config.d/kafka.xml), and less than 0 when not known; of a partition of
-- which nothing was stored yet, all is waiting. The engine keeps the last ten exceptions: that a broker was away is no error any
-- more when one answers.
CREATE MATERIALIZED VIEW kafka_consumers_refresh
REFRESH EVERY 5 SECOND APPEND TO kafka_consumers AS
WITH
    read AS
    (
        SELECT
            *,
            JSONExtract(
                rdkafka_stat,
                'Tuple(
                    topics Map(String, Tuple(partitions Map(String, Tuple(
                        committed_offset Nullable(Int64), consumer_lag Nullable(Int64), lo_offset Int64, hi_offset Int64)))),
                    brokers Map(String, Tuple(state String)))') AS statistics,
            arrayExists(broker -> broker.state = 'UP', mapValues(statistics.brokers)) AS connected,
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
        (topic, partition, told) -> (
            topic,
            partition,
            if(told.committed_offset >= 0, told.committed_offset, NULL),
            multiIf(
                told.consumer_lag >= 0, told.consumer_lag,
                told.committed_offset < 0 AND told.hi_offset >= 0, told.hi_offset - greatest(told.lo_offset, 0),
                NULL)),
        assignments.topic,
        assignments.partition_id,
        arrayMap(
            (topic, partition) -> statistics.topics[topic].partitions[toString(partition)],
            assignments.topic,
            assignments.partition_id))::Array(Tuple(topic String, partition Int32, offset Nullable(Int64), lag Nullable(Int64))) AS partitions,
    connected,
    num_messages_read AS messages,
    last_poll_time AS polled_at,
    last_commit_time AS committed_at,
    problems[-1].2 AS error,
    problems[-1].1 AS failed_at,
    now64(3) AS observed_at
FROM read;

-- migrate:down
DROP VIEW kafka_consumers_refresh;
