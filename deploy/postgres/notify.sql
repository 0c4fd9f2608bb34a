-- Optional, after schema.sql: says which source has changed, so that `deno task follow-postgres` has it read within seconds
-- instead of within 15 minutes. The channel `sluice` carries the source's name and nothing else; who may connect may
-- listen to it. A transaction says each name once, however many rows and statements it has, and only when it is committed.
-- What is said while nobody listens is lost, which costs nothing: positions tell what has changed.
-- May be run again. Taken back with DROP FUNCTION sluice.notify_change CASCADE.
CREATE OR REPLACE FUNCTION sluice.notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('sluice', TG_ARGV[0]);
    RETURN NULL;
END
$$;

DO $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY ARRAY['companies', 'outcome_scores', 'program_enrollments', 'cohorts', 'user_cohorts'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER notify_change AFTER INSERT OR UPDATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION sluice.notify_change(%L)', source, source);
    END LOOP;
END
$$;
