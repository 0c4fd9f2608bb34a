-- The row policies that hold for the user in its database; an empty table means all tables.
SELECT
    table,
    select_filter AS filter
FROM system.row_policies
WHERE database = currentDatabase()
    AND (apply_to_all AND NOT has(apply_to_except, currentUser()) OR has(apply_to_list, currentUser()))
