-- Versions of the migrations that dbmate has applied.
SELECT version
FROM schema_migrations FINAL
WHERE applied
