source != 'replay'
AND ({tenantId:Nullable(String)} IS NULL OR tenant_id = {tenantId:Nullable(String)})
AND ({id:Nullable(UUID)} IS NULL OR id = {id:Nullable(UUID)})
AND ({stream:Nullable(String)} IS NULL OR stream = {stream:Nullable(String)})
AND ({source:Nullable(String)} IS NULL OR source = {source:Nullable(String)})
AND ({reason:Nullable(String)} IS NULL OR position(reason, assumeNotNull({reason:Nullable(String)})) > 0)
AND ({from:Nullable(DateTime64(3, 'UTC'))} IS NULL OR received_at >= {from:Nullable(DateTime64(3, 'UTC'))})
AND ({to:Nullable(DateTime64(3, 'UTC'))} IS NULL OR received_at < {to:Nullable(DateTime64(3, 'UTC'))})
-- a result that nobody asks for is not read
AND
(
    {outcome:Nullable(String)} IS NULL
    OR {outcome:Nullable(String)} = 'none'
    OR id IN
    (
        SELECT letter_id
        FROM dead_letter_replays
        WHERE {outcome:Nullable(String)} IN ('landed', 'refused')
        GROUP BY letter_id
        HAVING argMax(outcome, replayed_at) = {outcome:Nullable(String)}
    )
)
AND
(
    {outcome:Nullable(String)} IS NULL
    OR {outcome:Nullable(String)} != 'none'
    OR id NOT IN
    (
        SELECT letter_id
        FROM dead_letter_replays
        WHERE {outcome:Nullable(String)} = 'none'
    )
)
