-- The functions that migrations make, and those whose value the engine knows to change between calls.
SELECT
    name,
    create_query AS createQuery,
    origin = 'SQLUserDefined' AS isSql
FROM system.functions
WHERE origin != 'System' OR NOT ifNull(deterministic, 1)
