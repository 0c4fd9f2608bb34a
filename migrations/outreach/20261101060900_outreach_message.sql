-- migrate:up
-- A message on a channel as one number: its hash, and in the last three bits the channel (email 0, sms, whatsapp, push, none
-- 4). The three bits of the hash that this pushes out are outreach_slice, so within a slice nothing is lost.
CREATE FUNCTION outreach_message AS (entityHash, channel) -> bitOr(
    bitShiftLeft(entityHash, 3),
    transform(channel, ['email', 'sms', 'whatsapp', 'push'], [0, 1, 2, 3], 4));

-- migrate:down
DROP FUNCTION outreach_message;
