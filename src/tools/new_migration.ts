const unsaid = "-- One row is …. Ordered by … because …; partitioned by …; kept for ….";

/** The text of a new migration, for its author to edit: of a view when the object is named for one, else of a table. */
export function newMigration(object: string): string {
  const [, target, kind] = /^(.+)_(mv|refresh)$/.exec(object) ?? [];
  if (kind === "mv") {
    return `-- migrate:up
${unsaid}
CREATE MATERIALIZED VIEW ${object} TO ${target} AS
SELECT tenant_id
FROM source_table;

-- migrate:down
DROP VIEW ${object};
`;
  }
  if (kind === "refresh") {
    return `-- migrate:up
${unsaid}
CREATE MATERIALIZED VIEW ${object}
REFRESH EVERY 15 MINUTE TO ${target} AS
SELECT tenant_id
FROM source_table;

-- migrate:down
DROP VIEW ${object};
`;
  }
  return `-- migrate:up
${unsaid}
CREATE TABLE ${object}
(
    tenant_id String
)
ENGINE = MergeTree
ORDER BY tenant_id;

-- migrate:down
DROP TABLE ${object};
`;
}

/** Whether nobody has edited a new migration yet. */
export function isUntouched(text: string): boolean {
  return text.includes(unsaid);
}
