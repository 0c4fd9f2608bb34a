-- migrate:up
-- One row is one line about a journey event as a producer sent it, from whatever source. Nothing is stored here (engine Null, so there is no order, partition or lifetime):
-- the view csr_journey_parsing reads each inserted block once.
-- tenant_id is the credential's, fault a problem that the gateway has found in the line, usually none.
CREATE TABLE csr_journey_landing
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String,
    received_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = Null;

-- migrate:down
DROP TABLE csr_journey_landing;
