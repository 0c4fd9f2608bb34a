-- One hash of these SQL functions as they are now.
SELECT hex(SHA256(toString(arraySort(groupArray((name, create_query)))))) AS hash
FROM system.functions
WHERE origin = 'SQLUserDefined' AND name IN {functions:Array(String)}
