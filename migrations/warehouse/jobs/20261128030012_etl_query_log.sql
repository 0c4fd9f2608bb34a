-- migrate:up
-- Has the engine make its log of statements, which it does when it first writes it: the view after this reads it.
SYSTEM FLUSH LOGS query_log;

-- migrate:down
SYSTEM FLUSH LOGS query_log;
