import type { Table } from "./table.ts";

/** What users may do with tables: by user, by table, such as `SELECT, INSERT`. */
type Grants = Record<
  "reader" | "comparer" | "operator" | "writer" | "ingest",
  [table: string, rights: string][]
>;

/**
 * What each of the gateway's users may do with these tables: queries read stored rows that belong to tenants, and plain views;
 * the operator also what is declared for it; a writing endpoint inserts where a domain may write; events go into landing tables.
 */
function grantsOf(tables: Table[], openColumns: ReadonlyMap<string, string[]>): Grants {
  const stored = tables.filter(({ engine }) => engine.endsWith("MergeTree"));
  const views = tables.filter(({ engine, runsAsOwner }) => engine === "View" && !runsAsOwner);
  const readable = [...stored, ...views].filter(({ hasTenant, access }) => hasTenant && access === "");
  const ofOperator = stored.filter(({ access }) => access === "operator");
  const isWritten = ({ writers }: Table) => writers.some((domain) => domain !== "");
  const landing = tables.filter(({ engine }) => engine === "Null");
  const reading = ({ name }: Table) => {
    const columns = openColumns.get(name);
    return columns ? `SELECT (${columns.join(", ")})` : "SELECT";
  };
  return {
    reader: readable.map((table) => [table.name, reading(table)]),
    comparer: readable.map((table) => [table.name, reading(table)]),
    operator: [...readable, ...ofOperator].map(({ name }) => [name, "SELECT"]),
    writer: readable.map((table) => [table.name, `${reading(table)}${isWritten(table) ? ", INSERT" : ""}`]),
    // reading is for the views that take the rows from there: these tables hold nothing
    ingest: landing.map(({ name }) => [name, name.endsWith("_landing") ? "SELECT, INSERT" : "SELECT"]),
  };
}

/**
 * ClickHouse's users file with the rights of these tables; of some, tenants may read the columns in `openColumns` alone. deploy/clickhouse/users.d/sluice.xml has all else of the users.
 */
export function grantsFile(tables: Table[], openColumns: ReadonlyMap<string, string[]>): string {
  const users = Object.entries(grantsOf(tables, openColumns)).map(([user, grants]) => {
    // the attribute keeps ClickHouse from merging one file's first query into the other's
    const queries = grants.toSorted(([a], [b]) => a < b ? -1 : 1)
      .map(([table, rights]) => `        <query of="${table}">GRANT ${rights} ON ${table}</query>\n`);
    return `    <sluice_${user}>\n      <grants>\n${
      queries.join("")
    }      </grants>\n    </sluice_${user}>\n`;
  });
  return `<!-- Written by \`deno task migrate dump\` from the tables that the migrations make: do not edit. -->
<clickhouse>
  <users>
${users.join("")}  </users>
</clickhouse>
`;
}
