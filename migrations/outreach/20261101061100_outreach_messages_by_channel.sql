-- migrate:up
-- How many messages are in a list of outreach_message: 'all', on any channel or none, and on each channel. Once the list is
-- sorted, equal ones are neighbours: a set of so many would not fit the processor's cache.
CREATE FUNCTION outreach_messages_by_channel AS (messages) ->
    arrayMap(
        once -> arrayMap(
            channels -> map(
                'all', toUInt64(length(arrayCompact(arrayMap(message -> bitShiftRight(message, 3), once)))),
                'email', countEqual(channels, 0),
                'sms', countEqual(channels, 1),
                'whatsapp', countEqual(channels, 2),
                'push', countEqual(channels, 3)),
            [arrayMap(message -> toUInt8(bitAnd(message, 7)), once)])[1],
        [arrayCompact(arraySort(messages))])[1];

-- migrate:down
DROP FUNCTION outreach_messages_by_channel;
