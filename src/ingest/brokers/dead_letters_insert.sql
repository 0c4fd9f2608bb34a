-- Messages of a broker that reach nobody, with the reason.
INSERT INTO rejected_events (tenant_id, stream, source, request_id, line_number, reason, line, is_cut)
FORMAT JSONEachRow
