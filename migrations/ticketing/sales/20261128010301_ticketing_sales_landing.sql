-- migrate:up
-- One row is one line of ticketing_sales as a producer sent it, from whatever source. Nothing is stored here (engine Null, so
-- there is no order, partition or lifetime): views read each inserted block once. tenant_id is the credential's, fault a
-- problem that the gateway has found in the line, usually none. A plain line goes the short way, ticketing_sales_json_plain_mv,
-- an odd one the long way, ticketing_sales_odd_mv.
CREATE TABLE ticketing_sales_landing
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String COMMENT '{"id": "l1", "kind": "sale", "orderId": "o1", "occurredAt": "2026-11-20T10:00:00Z", "userId": "u1", "showId": "gala", "organizerId": "northside", "ticketTypeId": "gala-standard", "quantity": 2, "unitPriceMinor": 4500, "feeMinor": 450, "currency": "EUR", "channel": "web"}',
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    plain Bool MATERIALIZED fault = '' AND json_is_plain(line)
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_sales_landing;
