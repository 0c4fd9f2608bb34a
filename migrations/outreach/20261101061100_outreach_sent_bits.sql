-- migrate:up
-- The numbers that a sent message counts in, by what became of it, as bits like outreach_event_bit's. What was opened or
-- clicked was delivered, also when no event said so: else rates of delivered messages could pass 100 %.
CREATE FUNCTION outreach_sent_bits AS (delivered, opened, clicked, bounced, complained, unsubscribed) -> toUInt8(
    1
    + 2 * bitOr(delivered, bitOr(opened, clicked))
    + 4 * opened
    + 8 * clicked
    + 16 * bounced
    + 32 * complained
    + 64 * unsubscribed);

-- migrate:down
DROP FUNCTION outreach_sent_bits;
