-- migrate:up
-- Lands the messages of NATS. Nothing here throws, whatever a message holds. The engine tells no sequence: a message's id is a hash
-- of it, the same each time it is delivered.
CREATE MATERIALIZED VIEW ticketing_events_landing_nats_mv TO ticketing_events_landing AS
WITH
    nats_tenant(_subject) AS tenant,
    nats_problem(tenant, _error) AS problem
SELECT
    if(problem = '', tenant, '') AS tenant_id,
    reinterpretAsUUID(sipHash128(_subject, line)) AS request_id,
    toUInt32(1) AS line_number,
    'nats' AS source,
    problem AS fault,
    if(ifNull(_error, '') = '', message, ifNull(_raw_message, '')) AS line,
    now64(3) AS received_at
FROM ticketing_events_nats;

-- migrate:down
DROP VIEW ticketing_events_landing_nats_mv;
