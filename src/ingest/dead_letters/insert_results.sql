-- How replays of dead letters ended.
INSERT INTO dead_letter_replays (tenant_id, letter_id, replayed_at, outcome, reason)
FORMAT JSONEachRow
