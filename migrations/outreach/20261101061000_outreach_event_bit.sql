-- migrate:up
-- The number of an answer that an event counts in, as a bit: sent 1, delivered 2, opened 4, clicked 8, bounced 16,
-- complained 32, unsubscribed 64; other events 0. The CAST makes it of the same type as outreach_sent_bits: an if between
-- branches of two types is not folded, and the sets of the branch not taken would be built.
CREATE FUNCTION outreach_event_bit AS eventType -> CAST(
    transform(
        eventType,
        [
            'message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced',
            'message_complained', 'message_unsubscribed'
        ],
        [1, 2, 4, 8, 16, 32, 64],
        0),
    'UInt8');

-- migrate:down
DROP FUNCTION outreach_event_bit;
