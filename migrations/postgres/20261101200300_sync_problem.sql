-- migrate:up
-- What a failure of the engine while it read Postgres means, in words for the operator: its own text has hosts, users and
-- statements in it. Limits of time that Postgres keeps are told from a Postgres that is away, and values from types.
CREATE FUNCTION sync_problem AS (exception) -> multiIf(
    exception = '', '',
    exception ILIKE '%password authentication failed%' OR exception ILIKE '%no password supplied%',
        'Postgres refuses the user or the password',
    exception ILIKE '%no pg_hba.conf entry%' OR exception ILIKE '%role % does not exist%' OR exception ILIKE '%database % does not exist%',
        'Postgres does not let this user into this database',
    exception ILIKE '%permission denied%',
        'Postgres does not let this user read the view',
    exception ILIKE '%lock timeout%',
        'Somebody holds a lock in Postgres on a table of the view',
    exception ILIKE '%statement timeout%',
        'Postgres took longer to read the view than the statement_timeout of its role',
    exception ILIKE '%connection%' OR exception ILIKE '%could not translate host%' OR exception ILIKE '%timeout%',
        'Postgres is not reachable',
    exception ILIKE '%NAMED_COLLECTION_DOESNT_EXIST%',
        'The configuration has no named collection sluice_postgres',
    exception ILIKE '%pqxx::%' AND (exception ILIKE '%cannot convert%' OR exception ILIKE '%out of range%'),
        'A value in Postgres does not fit into the type of its column in the view',
    exception ILIKE '%CANNOT_PARSE%' OR exception ILIKE '%TYPE_MISMATCH%' OR exception ILIKE '%ILLEGAL_TYPE%' OR exception ILIKE '%CANNOT_CONVERT%' OR exception ILIKE '%NO_COMMON_TYPE%' OR exception ILIKE '%operator does not exist%',
        'A column of the view in Postgres has another type',
    exception ILIKE '%does not exist%' OR exception ILIKE '%UNKNOWN_IDENTIFIER%' OR exception ILIKE '%THERE_IS_NO_COLUMN%' OR exception ILIKE '%UNKNOWN_TABLE%',
        concat('The view in Postgres is missing, or a column of it', if(extract(exception, '[Ii]dentifier `(\\w+)`') != '', concat(': ', extract(exception, '[Ii]dentifier `(\\w+)`')), '')),
    concat('The engine failed: ', extract(exception, '\\(([A-Z_]+)\\)(?: \\(version|$)')));

-- migrate:down
DROP FUNCTION sync_problem;
