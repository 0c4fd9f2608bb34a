-- migrate:up
-- A message in its list: its hash, and in the last three bits its channel (email 0, sms, whatsapp, push, none 4). The
-- three bits of the hash that this pushes out are those of the list's slice, so nothing is lost.
CREATE FUNCTION outreach_list_member AS (entityHash, channel) -> bitOr(
    bitShiftLeft(entityHash, 3),
    transform(channel, ['email', 'sms', 'whatsapp', 'push'], [0, 1, 2, 3], 4));

-- migrate:down
DROP FUNCTION outreach_list_member;
