-- Deletes the rows of dead letters that were sent again and refused again. The letters are there until it is done: the engine
-- looks for them again for each part of the table.
DELETE FROM rejected_events
WHERE ({ownTenant:Nullable(String)} IS NULL OR tenant_id = {ownTenant:Nullable(String)})
    AND source = 'replay'
    AND id IN
    (
        SELECT id
        FROM rejected_events
        WHERE /* matching.sql */
    )
