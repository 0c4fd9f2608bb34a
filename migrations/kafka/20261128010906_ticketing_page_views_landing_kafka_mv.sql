-- migrate:up
-- Lands the messages of Kafka. Nothing here throws, whatever a message holds: that would stop the table before it.
CREATE MATERIALIZED VIEW ticketing_page_views_landing_kafka_mv TO ticketing_page_views_landing AS
WITH
    kafka_tenant(_headers.name, _headers.value, _key) AS tenant,
    kafka_problem(_headers.name, tenant, _error) AS problem
SELECT
    if(problem = '', tenant, '') AS tenant_id,
    kafka_message(_topic, _partition, _offset) AS request_id,
    toUInt32(1) AS line_number,
    'kafka' AS source,
    problem AS fault,
    if(_error = '', message, _raw_message) AS line,
    now64(3) AS received_at
FROM ticketing_page_views_kafka;

-- migrate:down
DROP VIEW ticketing_page_views_landing_kafka_mv;
