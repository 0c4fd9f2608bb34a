#!/bin/sh
# For the container: gives the role that schema.sql makes its password.
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 --set password="$SLUICE_POSTGRES_PASSWORD" <<'SQL'
ALTER ROLE sluice PASSWORD :'password';
SQL
