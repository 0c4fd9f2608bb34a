-- Of these functions, those whose value depends on more than arguments and tables: a view that calls one gives other rows
-- although no table changed. Dictionaries are followed by their name.
SELECT name
FROM system.functions
WHERE name IN {names:Array(String)}
    AND ifNull(deterministic, 1) = 0
    AND name != 'arrayJoin'
    AND NOT startsWith(name, 'dict')
