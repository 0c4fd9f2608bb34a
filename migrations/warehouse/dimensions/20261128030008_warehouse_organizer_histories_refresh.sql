-- migrate:up
-- Computes the histories again of organizers of whom changes arrived since the last run that ended well, and in the ten minutes before:
-- those that came meanwhile, and those of an insert that took its time. A history is a function of all changes that are there, in
-- the order of changed_at and id: in which order or how often they came changes nothing, nor does a run that is repeated.
-- One that has not changed is not written again.
CREATE MATERIALIZED VIEW warehouse_organizer_histories_refresh
REFRESH EVERY 5 MINUTE APPEND TO warehouse_organizer_histories AS
WITH
    touched AS
    (
        SELECT DISTINCT
            tenant_id,
            organizer_id
        FROM ticketing_organizers
        WHERE received_at >=
        (
            SELECT argMax(watermark, noted_at) - INTERVAL 10 MINUTE
            FROM etl_watermarks
            WHERE view = 'warehouse_organizer_histories_refresh'
        )
    ),
    -- a deletion ends a life: what was told before it is not known after it
    told AS
    (
        SELECT
            tenant_id,
            organizer_id,
            changed_at,
            id,
            deleted,
            if(deleted, NULL, name) AS name,
            if(deleted, NULL, country) AS country,
            if(deleted, NULL, tier) AS tier,
            sum(deleted) OVER (PARTITION BY tenant_id, organizer_id ORDER BY changed_at, id) AS life
        FROM ticketing_organizers FINAL
        WHERE (tenant_id, organizer_id) IN touched
    ),
    -- what is known after each change: the last that was told of each field
    states AS
    (
        SELECT
            tenant_id,
            organizer_id,
            changed_at,
            deleted,
            ifNull(anyLast(told.name) OVER lives, '') AS name,
            ifNull(anyLast(told.country) OVER lives, '') AS country,
            ifNull(anyLast(told.tier) OVER lives, '') AS tier,
            row_number() OVER (PARTITION BY tenant_id, organizer_id, changed_at ORDER BY id DESC) AS from_last_of_instant
        FROM told
        WINDOW lives AS (PARTITION BY tenant_id, organizer_id, life ORDER BY changed_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    neighbours AS
    (
        SELECT
            *,
            (deleted, name, country, tier) AS state,
            row_number() OVER changes AS number,
            lagInFrame(state) OVER changes AS state_before
        FROM states
        WHERE from_last_of_instant = 1
        WINDOW changes AS (PARTITION BY tenant_id, organizer_id ORDER BY changed_at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    periods AS
    (
        SELECT
            *,
            leadInFrame(changed_at, 1, toDateTime64('2200-01-01 00:00:00', 3, 'UTC')) OVER changes AS valid_to
        FROM neighbours
        WHERE number = 1
            OR state != state_before
        WINDOW changes AS (PARTITION BY tenant_id, organizer_id ORDER BY changed_at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    computed AS
    (
        SELECT
            tenant_id,
            organizer_id,
            CAST(
                arraySort(groupArrayIf((changed_at, periods.valid_to, name, country, tier), NOT deleted)),
                'Array(Tuple(valid_from DateTime64(3, \'UTC\'), valid_to DateTime64(3, \'UTC\'), name String, country String, tier String))') AS versions
        FROM periods
        GROUP BY
            tenant_id,
            organizer_id
    ),
    stored AS
    (
        SELECT
            tenant_id,
            organizer_id,
            versions,
            generation
        FROM warehouse_organizer_histories FINAL
        WHERE (tenant_id, organizer_id) IN touched
    )
SELECT
    computed.tenant_id AS tenant_id,
    computed.organizer_id AS organizer_id,
    computed.versions AS versions,
    stored.generation + 1 AS generation,
    now64(3) AS computed_at
FROM computed
LEFT JOIN stored ON stored.tenant_id = computed.tenant_id AND stored.organizer_id = computed.organizer_id
WHERE stored.generation = 0
    OR stored.versions != computed.versions;

-- migrate:down
DROP VIEW warehouse_organizer_histories_refresh;
