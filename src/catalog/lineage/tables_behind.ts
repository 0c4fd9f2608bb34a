import { resolvedSources } from "../inspection.ts";
import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import { quoteArray } from "../../clickhouse/string_literal.ts";
import impureSql from "./impure.sql" with { type: "text" };
import lineageSql from "./views.sql" with { type: "text" };

/** Views within views are followed so deep. */
const maxDepth = 16;
const timeoutMs = 5_000;
/** Tables that hold the same rows at all times; a SELECT without FROM reads `system.one`. */
const constantTables = new Set(
  ["one", "numbers", "numbers_mt", "zeros", "zeros_mt"].map((name) => `system.${name}`),
);

interface Hop {
  table: string;
  engine: string;
  select: string;
  target: string;
}

/**
 * All tables that the rows of `tables` come from, these included, with their database: through views by the engine's
 * query tree, through materialized views to the tables they write, and with the dictionaries that views ask. Without those
 * that cannot change; what a view reads by other means than tables is among them by its name, such as `merge()`, and has
 * no version. Throws ClickHouseError, ClickHouseUnreachable.
 */
export async function tablesBehind(clickHouse: ClickHouse, tables: string[]): Promise<string[]> {
  const found = new Set(tables);
  let next = [...tables];
  for (let depth = 0; next.length > 0 && depth < maxDepth; depth++) {
    const hops = await readRows<Hop>(clickHouse, {
      sql: lineageSql,
      parameters: { tables: quoteArray(next) },
      signal: AbortSignal.timeout(timeoutMs),
    });
    hops.forEach(({ table }) => found.add(table));
    const sources = await Promise.all(hops.map((hop) => sourcesOf(clickHouse, hop)));
    const named = new Set(sources.flatMap(({ tables }) => tables).filter((table) => !found.has(table)));
    named.forEach((table) => found.add(table));
    sources.flatMap(({ others }) => others).forEach((other) => found.add(other));
    // a text that a view holds becomes a source only when there is a dictionary of its name
    next = [...named, ...sources.flatMap(({ dictionaries }) => dictionaries)];
  }
  return [...found].filter((table) => !constantTables.has(table)).sort();
}

async function sourcesOf(clickHouse: ClickHouse, { engine, select, target }: Hop) {
  if (engine === "View") {
    const signal = AbortSignal.timeout(timeoutMs);
    const { functions, tableFunctions, ...sources } = await resolvedSources(clickHouse, {
      sql: select,
      signal,
    });
    const impure = await readRows<{ name: string }>(clickHouse, {
      sql: impureSql,
      parameters: { names: quoteArray(functions) },
      signal,
    });
    const others = [...tableFunctions, ...impure.map(({ name }) => name)].map((name) => `${name}()`);
    return { ...sources, others };
  }
  return { tables: engine === "MaterializedView" ? [target] : [], dictionaries: [], others: [] };
}
