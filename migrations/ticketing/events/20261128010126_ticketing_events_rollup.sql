-- migrate:up
-- One row is how many events of a type an organizer had: of a show in an hour (facet show), of a place in a day (place), or of a
-- device, browser and operating system in a day (device); hours and days of UTC. The columns of other facets are ''.
-- Sums cannot follow corrections, duplicates and late rows by adding up; so a bucket in which anything changed
-- (ticketing_changes) is computed again from ticketing_events, and the rows of the latest computed_at replace the earlier ones:
-- read it with FINAL, and only buckets that are up to date. A group that has vanished stays as a row of nothing, and each bucket
-- has at least the row of the empty names, which says that it was computed.
-- Hours of places would be nearly as many as the events; what a range cuts off a day is read from the events.
-- ORDER BY: a query asks for a facet's buckets in a range. PARTITION BY year: years that are past stay in one part. Rows live as
-- long as what they sum up.
CREATE TABLE ticketing_events_rollup
(
    tenant_id String,
    facet LowCardinality(String),
    bucket DateTime('UTC'),
    organizer_id String,
    show_id String,
    country String,
    city String,
    device String,
    browser String,
    os String,
    event_type LowCardinality(String),
    events UInt64,
    computed_at DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(bucket)
ORDER BY (tenant_id, facet, bucket, organizer_id, show_id, country, city, device, browser, os, event_type)
SETTINGS
    non_replicated_deduplication_window = 1000,
    min_age_to_force_merge_seconds = 300,
    min_age_to_force_merge_on_partition_only = 1;

-- migrate:down
DROP TABLE ticketing_events_rollup;
