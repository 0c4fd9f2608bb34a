const unsaid = "-- One row is …. Ordered by … because …; partitioned by …; kept for ….";

/** The text of a new migration, for its author to edit. */
export function newMigration(object: string): string {
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
