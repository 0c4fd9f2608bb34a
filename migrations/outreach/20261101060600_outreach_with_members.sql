-- migrate:up
-- An object, or nothing, with members in front.
CREATE FUNCTION outreach_with_members AS (object, members) ->
    if(members = '', object, replaceRegexpOne(concat('{', members, substring(object, 2), if(object = '', '}', '')), ',[ \t\r\n]*}$', '}'));

-- migrate:down
DROP FUNCTION outreach_with_members;
