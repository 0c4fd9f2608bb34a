-- migrate:up
-- One row is one message of the topic `ticketing_page_views`, and one line of the stream: RawBLOB keeps line ends within it. To read
-- this table is to take messages from the topic: only the view after it does.
CREATE TABLE ticketing_page_views_kafka
(
    message String
)
ENGINE = Kafka(sluice_kafka)
SETTINGS kafka_topic_list = '{sluice_kafka_prefix}ticketing_page_views', kafka_format = 'RawBLOB', kafka_handle_error_mode = 'stream', kafka_flush_interval_ms = 1000;

-- migrate:down
DROP TABLE ticketing_page_views_kafka;
