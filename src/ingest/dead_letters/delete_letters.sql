-- Deletes dead letters.
DELETE FROM rejected_events
WHERE ({ownTenant:Nullable(String)} IS NULL OR tenant_id = {ownTenant:Nullable(String)})
    AND /* matching.sql */
