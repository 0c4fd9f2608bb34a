-- Deletes dead letters, also the rows of those that were sent again and refused again.
DELETE FROM rejected_events
WHERE ({ownTenant:Nullable(String)} IS NULL OR tenant_id = {ownTenant:Nullable(String)})
    AND id IN
    (
        SELECT id
        FROM rejected_events
        WHERE /* matching.sql */
    )
