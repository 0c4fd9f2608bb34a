-- migrate:up
-- What messages went through, as a list of (channel, bits of the event types): first of all, whether on a channel
-- or on none, named '', then per channel in the order in which answers list them. messageBits is an OR of outreach_message_bit.
CREATE FUNCTION outreach_channel_bits AS (messageBits) -> [
    ('', bitAnd(
        bitOr(
            bitOr(bitOr(messageBits, bitShiftRight(messageBits, 8)), bitOr(bitShiftRight(messageBits, 16), bitShiftRight(messageBits, 24))),
            bitShiftRight(messageBits, 32)),
        255)),
    ('email', bitAnd(messageBits, 255)),
    ('sms', bitAnd(bitShiftRight(messageBits, 8), 255)),
    ('whatsapp', bitAnd(bitShiftRight(messageBits, 16), 255)),
    ('push', bitAnd(bitShiftRight(messageBits, 24), 255))
];

-- migrate:down
DROP FUNCTION outreach_channel_bits;
