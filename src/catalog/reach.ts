import type { Statement } from "../clickhouse/client.ts";
import type { Resolution, Syntax } from "./inspection.ts";
import type { Inspector } from "./inspector.ts";

/** Something that a statement may not do, and the name in its text by which to find it. */
export interface Reach {
  /** The name as the statement writes it. */
  name: string;
  /** What it would do, as the rest of "A query may not …". */
  deed: string;
}

/**
 * What a statement reaches for beyond values of tables of its database, or undefined: by its syntax, since the engine leaves
 * out of what it resolves each branch that the values at hand do not take. Functions that migrations made are looked into.
 * Throws ClickHouseError, ClickHouseUnreachable.
 */
export async function findReach(
  inspector: Inspector,
  syntax: Syntax,
  within: string[] = [],
): Promise<Reach | undefined> {
  const { functions } = inspector;
  const [tableFunction] = syntax.tableFunctions;
  if (tableFunction) return readsFunction(tableFunction);
  const foreign = [...syntax.writtenTables, ...syntax.setNames].find((name) =>
    name.includes(".") && !inspector.tables.some((table) => table.name === name)
  );
  if (foreign) return readsTable(foreign);
  const [hidden] = syntax.hiddenColumns;
  if (hidden) {
    return { name: hidden, deed: `name ${hidden}: it tells where a row lies among those of other tenants` };
  }
  for (const name of syntax.functions) {
    if (functions.isHarmless(name)) continue;
    const lambda = functions.lambdaOf(name);
    if (lambda === undefined) return { name, deed: deedOf(name, functions.isImpure(name)) };
    if (within.includes(name)) continue;
    const statement: Statement = { sql: `SELECT ${lambda}` };
    const found = await findReach(inspector, await inspector.syntaxOf(statement), [...within, name]);
    if (found) return { name, deed: `call ${name}(), which may not ${found.deed}` };
  }
}

/** The same for what the engine resolved the statement to, as a second look. */
export function reachOf(
  { functions: known, tables: own }: Inspector,
  { functions, tableFunctions: [tableFunction], tables }: Resolution,
): Reach | undefined {
  if (tableFunction) return readsFunction(tableFunction);
  const foreign = tables.find((table) => table !== "system.one" && !own.some(({ name }) => name === table));
  if (foreign) return readsTable(foreign);
  const name = functions.find((name) => !known.isHarmless(name));
  if (name) return { name, deed: deedOf(name, known.isImpure(name)) };
}

function readsFunction(name: string): Reach {
  return { name, deed: `read from ${name}(): nothing would keep tenants apart there` };
}

function readsTable(table: string): Reach {
  return {
    name: table.split(".").at(-1)!,
    deed: `read ${table}, but only tables and views of its own database: nothing would keep tenants apart there`,
  };
}

function deedOf(name: string, isImpure: boolean): string {
  if (!isImpure) return `call ${name}(): it is not known to do no harm`;
  const instead = /now|today|yesterday|UTC|date|time/i.test(name) ? "; use {now:DateTime64(3, 'UTC')}" : "";
  return `call ${name}(): its answer would not be a pure function of parameters and data${instead}`;
}
