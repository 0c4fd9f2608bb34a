-- migrate:up
-- One row is one message on a subject below `sluice.ticketing_sales`, and one line of the stream: RawBLOB keeps line ends within it. The
-- stream of JetStream is the collection's; the durable pull consumer must be there. To read this table is to take messages: only
-- the view after it does. A server before 26.9 acknowledges them before they are stored.
CREATE TABLE ticketing_sales_nats
(
    message String
)
ENGINE = NATS(sluice_nats)
SETTINGS nats_subjects = 'sluice.ticketing_sales.>', nats_consumer_name = 'sluice_ticketing_sales', nats_format = 'RawBLOB', nats_handle_error_mode = 'stream', nats_flush_interval_ms = 1000;

-- migrate:down
DROP TABLE ticketing_sales_nats;
