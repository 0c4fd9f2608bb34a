import type { Resolution, Syntax } from "./inspection.ts";
import type { Inspector } from "./inspector.ts";

/** Something that a statement may not do. */
export interface Reach {
  /** The name, in the statement's text, of what does it. */
  name: string;
  /** What is wrong, for the statement's author. */
  message: string;
}

/**
 * What a statement reaches for beyond values of tables of its database, or undefined: by its syntax, since the engine leaves
 * out of what it resolves each branch that the values at hand do not take. Functions that migrations made are looked into;
 * a function that the engine does not have is left for it to complain of. Throws ClickHouseError, ClickHouseUnreachable.
 */
export async function findReach(
  inspector: Inspector,
  syntax: Syntax,
  within: string[] = [],
): Promise<Reach | undefined> {
  const { functions } = inspector;
  const tables = inspector.tables.filter(({ runsAsOwner }) => !runsAsOwner);
  const [tableFunction] = syntax.tableFunctions;
  if (tableFunction) return readsFunction(tableFunction);
  const foreign = [...syntax.writtenTables, ...syntax.setNames].find((written) =>
    written.includes(".") && !tables.some(({ name }) => name === written)
  );
  if (foreign) return readsTable(foreign);
  const [hidden] = syntax.hiddenColumns;
  if (hidden) {
    const message = `A query may not name ${hidden}: it tells where a row lies among those of other tenants`;
    return { name: hidden, message };
  }
  for (const name of syntax.functions) {
    const lambda = functions.lambdaOf(name);
    if (lambda === undefined && functions.has(name) && !functions.isHarmless(name)) {
      return calls(name, functions.isImpure(name));
    }
    if (lambda === undefined || within.includes(name)) continue;
    const body = await inspector.syntaxOf({ sql: `SELECT ${lambda}` });
    if (body.hasSettings) {
      return { name, message: `A query may not call ${name}(): it has a SETTINGS clause` };
    }
    const found = await findReach(inspector, body, [...within, name]);
    if (found) return { name, message: `${found.message} (in ${name}())` };
  }
}

/** The same for what the engine resolved the statement to, as a second look. */
export function reachOf(
  { functions: known, tables: own }: Inspector,
  { functions, tableFunctions: [tableFunction], tables }: Resolution,
): Reach | undefined {
  if (tableFunction) return readsFunction(tableFunction);
  const foreign = tables.find((table) =>
    table !== "system.one" && !own.some(({ name, runsAsOwner }) => name === table && !runsAsOwner)
  );
  if (foreign) return readsTable(foreign);
  const name = functions.find((name) => !known.isHarmless(name));
  if (name) return calls(name, known.isImpure(name));
}

const apart = "nothing would keep tenants apart there";

function readsFunction(name: string): Reach {
  const message = `A query may read only tables and views of its own database, not ${name}(): ${apart}`;
  return { name, message };
}

function readsTable(table: string): Reach {
  const message = `A query may read only tables and views of its own database, not ${table}: ${apart}`;
  return { name: table.split(".").at(-1)!, message };
}

function calls(name: string, isImpure: boolean): Reach {
  if (!isImpure) return { name, message: `A query may not call ${name}(): it is not known to do no harm` };
  const instead = /now|today|yesterday|UTC|date|time/i.test(name) ? "; use {now:DateTime64(3, 'UTC')}" : "";
  const message =
    `A query may not call ${name}(): its answer would not be a pure function of parameters and data${instead}`;
  return { name, message };
}
