-- A source of the CSR domain, for Postgres 14 and later: what Sluice reads of an application's database. Tables as an
-- application has them, and in the schema `sluice` one view for each source, which is all that Sluice may read. A
-- database with other tables needs the same views, and the two columns that they stand on:
--   changed_in   transaction that last changed the row. Sluice reads what changed since a transaction, not since a
--                time: a clock may jump, and a transaction commits rows long after it dated them.
--   updated_at   never goes back for a row, so that the newest version of it wins.
-- Rows are not deleted but marked with deleted_at, or nobody could be told.

CREATE TABLE companies
(
    id text PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 256),
    name text NOT NULL,
    industry text NOT NULL,
    region text NOT NULL,
    employees integer NOT NULL CHECK (employees >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    changed_in bigint NOT NULL DEFAULT 0
);

CREATE TABLE users
(
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    company_id text REFERENCES companies,
    email text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);

CREATE TABLE programs
(
    id text PRIMARY KEY,
    company_id text NOT NULL REFERENCES companies,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);

-- Location and demographic are those at the time of the score. The company is missing where an import lost it.
CREATE TABLE outcome_scores
(
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users,
    company_id text REFERENCES companies,
    program_id text REFERENCES programs,
    location text,
    demographic text,
    dimension text NOT NULL,
    text_type text,
    score numeric(5, 4) NOT NULL CHECK (score BETWEEN 0 AND 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    changed_in bigint NOT NULL DEFAULT 0
);

CREATE TABLE program_enrollments
(
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users,
    company_id text REFERENCES companies,
    program_id text NOT NULL REFERENCES programs,
    enrolled_at timestamptz NOT NULL DEFAULT now(),
    matched_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    changed_in bigint NOT NULL DEFAULT 0
);

CREATE TABLE cohorts
(
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    company_id text NOT NULL REFERENCES companies,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    filters jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    changed_in bigint NOT NULL DEFAULT 0
);

CREATE TABLE user_cohorts
(
    cohort_id uuid NOT NULL REFERENCES cohorts,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    changed_in bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (cohort_id, user_id)
);

-- A row dated beyond 2100, such as at infinity, was refused as it was: there is no version of it to come after.
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_in := pg_current_xact_id()::text::bigint;
    IF TG_OP = 'UPDATE' THEN
        NEW.updated_at := CASE
            WHEN OLD.updated_at < '2101-01-01Z' THEN greatest(now(), OLD.updated_at + interval '1 millisecond')
            ELSE now()
        END;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Cannot delete from %: set deleted_at, so that what reads the table learns of it', TG_TABLE_NAME;
END
$$;

DO $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY ARRAY['companies', 'outcome_scores', 'program_enrollments', 'cohorts', 'user_cohorts'] LOOP
        EXECUTE format('CREATE INDEX ON %I (changed_in)', source);
        EXECUTE format('CREATE TRIGGER note_change BEFORE INSERT OR UPDATE ON %I
            FOR EACH ROW EXECUTE FUNCTION note_change()', source);
        EXECUTE format('CREATE TRIGGER refuse_delete BEFORE DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete()', source);
    END LOOP;
END
$$;

CREATE INDEX ON users (company_id);
CREATE INDEX ON programs (company_id);
CREATE INDEX ON outcome_scores (company_id, created_at);
CREATE INDEX ON outcome_scores (user_id);
CREATE INDEX ON program_enrollments (user_id);
CREATE INDEX ON program_enrollments (program_id);
CREATE INDEX ON cohorts (company_id);
CREATE INDEX ON user_cohorts (user_id);

CREATE SCHEMA sluice;

-- All transactions before this one are over: whatever they changed is in the statement's snapshot. The next reading
-- starts here, so that what a long transaction commits later is read then.
CREATE FUNCTION sluice.horizon() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint
$$;

-- Milliseconds since 1970, cut off as those of what is sent by HTTP are: rounded, the last of a month would be of the
-- next. ClickHouse holds the years 1 to 9999; what lies beyond them, as infinity does, is their end, which the streams
-- refuse as any year that is none of theirs: one such row must not stop all others.
CREATE FUNCTION sluice.milliseconds(instant timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN instant < '0001-01-01Z' THEN -62135596800000
        WHEN instant >= '9999-12-31Z' THEN 253402214400000
        ELSE floor(extract(epoch FROM instant) * 1000)::bigint
    END
$$;

-- The same of a row's last change. Sluice asks for what changed since an instant from 1970 on: earlier ones, which it
-- refuses, are 1970.
CREATE FUNCTION sluice.changed_at(instant timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN instant < '1970-01-01Z' THEN 0 ELSE sluice.milliseconds(instant) END
$$;

-- By ranges of this a backfill reads a view in chunks: the first 32 bits of an id.
CREATE FUNCTION sluice.key(id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || left(id::text, 8))::bit(32)::bigint
$$;

CREATE INDEX ON outcome_scores (sluice.key(id));
CREATE INDEX ON program_enrollments (sluice.key(id));

-- The last row of each view has no id and is always there: it tells the horizon when nothing else changed. Its zeros are
-- of the columns' own type, bigint: Postgres carries a condition into a UNION only on columns whose types agree in all of
-- it, and else reads the whole table for each range of keys.
CREATE VIEW sluice.companies AS
SELECT
    sluice.key(md5(id)::uuid) AS key,
    id,
    name,
    industry,
    region,
    employees,
    sluice.changed_at(updated_at) AS updated_at,
    deleted_at IS NOT NULL AS deleted,
    changed_in,
    (SELECT sluice.horizon()) AS horizon
FROM companies
UNION ALL
SELECT 0::bigint, NULL, NULL, NULL, NULL, NULL, 0::bigint, NULL, sluice.horizon(), sluice.horizon();

-- The score is text: of a number that Postgres holds and a float does not, such as 1e400, not even the text would arrive.
CREATE VIEW sluice.outcome_scores AS
SELECT
    sluice.key(id) AS key,
    id,
    user_id,
    company_id,
    program_id,
    location,
    demographic,
    dimension,
    text_type,
    score::text AS score,
    sluice.milliseconds(created_at) AS created_at,
    sluice.changed_at(updated_at) AS updated_at,
    deleted_at IS NOT NULL AS deleted,
    changed_in,
    (SELECT sluice.horizon()) AS horizon
FROM outcome_scores
UNION ALL
SELECT
    0::bigint, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0::bigint, NULL, sluice.horizon(), sluice.horizon();

-- One row for each stage that an enrolment has come to. Of one that was changed later, also those that it has not come to, as
-- deleted: it may have come to them before.
CREATE VIEW sluice.program_enrollments AS
SELECT
    sluice.key(id) AS key,
    md5(id || stage)::uuid AS id,
    user_id,
    company_id,
    program_id,
    stage,
    sluice.milliseconds(coalesce(at, enrolled_at)) AS occurred_at,
    sluice.changed_at(updated_at) AS updated_at,
    deleted_at IS NOT NULL OR at IS NULL AS deleted,
    changed_in,
    (SELECT sluice.horizon()) AS horizon
FROM program_enrollments
CROSS JOIN LATERAL (
    VALUES ('enrolled', enrolled_at), ('matched', matched_at), ('completed', completed_at)
) AS stages (stage, at)
WHERE at IS NOT NULL OR updated_at > created_at
UNION ALL
SELECT 0::bigint, NULL, NULL, NULL, NULL, NULL, NULL, 0::bigint, NULL, sluice.horizon(), sluice.horizon();

CREATE VIEW sluice.cohorts AS
SELECT
    sluice.key(id) AS key,
    id,
    company_id,
    name,
    description,
    filters::text AS filters,
    sluice.milliseconds(created_at) AS created_at,
    sluice.changed_at(updated_at) AS updated_at,
    deleted_at IS NOT NULL AS deleted,
    changed_in,
    (SELECT sluice.horizon()) AS horizon
FROM cohorts
UNION ALL
SELECT 0::bigint, NULL, NULL, NULL, NULL, NULL, NULL, 0::bigint, NULL, sluice.horizon(), sluice.horizon();

CREATE VIEW sluice.user_cohorts AS
SELECT
    sluice.key(user_cohorts.user_id) AS key,
    user_cohorts.cohort_id,
    user_cohorts.user_id,
    cohorts.company_id,
    sluice.changed_at(user_cohorts.updated_at) AS updated_at,
    user_cohorts.deleted_at IS NOT NULL AS deleted,
    user_cohorts.changed_in,
    (SELECT sluice.horizon()) AS horizon
FROM user_cohorts
INNER JOIN cohorts ON cohorts.id = user_cohorts.cohort_id
UNION ALL
SELECT 0::bigint, NULL, NULL, NULL, 0::bigint, NULL, sluice.horizon(), sluice.horizon();

-- Whom Sluice is there; a password is given where the database runs: ALTER ROLE sluice PASSWORD '…'.
-- A lock that somebody holds for minutes ends a run with an error that says so, and the run is repeated. A statement may
-- take as long as a first run needs that reads everything, some 100,000 rows a second. A connection whose other end is
-- silently gone is closed after two minutes, so that its snapshot does not hold up the horizon.
CREATE ROLE sluice LOGIN;
ALTER ROLE sluice SET lock_timeout = '1min';
ALTER ROLE sluice SET statement_timeout = '2h';
ALTER ROLE sluice SET tcp_keepalives_idle = 60;
ALTER ROLE sluice SET tcp_keepalives_interval = 10;
ALTER ROLE sluice SET tcp_keepalives_count = 6;
GRANT USAGE ON SCHEMA sluice TO sluice;
GRANT SELECT ON ALL TABLES IN SCHEMA sluice TO sluice;
