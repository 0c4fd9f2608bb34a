-- Deletes the results of replays whose dead letter is gone.
DELETE FROM dead_letter_replays
WHERE ({ownTenant:Nullable(String)} IS NULL OR tenant_id = {ownTenant:Nullable(String)})
    AND letter_id NOT IN
    (
        SELECT id
        FROM rejected_events
        WHERE source != 'replay'
            AND ({ownTenant:Nullable(String)} IS NULL OR tenant_id IN ({ownTenant:Nullable(String)}, ''))
    )
