import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import functionsSql from "./functions.sql" with { type: "text" };
import harmlessSql from "./harmless_functions.sql" with { type: "text" };

/** What is known of the engine's functions. */
export interface Functions {
  /** Whether the engine has a function of this name of which nothing but its value can come. */
  isHarmless(name: string): boolean;
  /** Whether its value is known to depend on more than its arguments. */
  isImpure(name: string): boolean;
  /** The lambda that a migration gave this name. */
  lambdaOf(name: string): string | undefined;
}

/** What the parser calls a function and is a part of the language; a placeholder becomes a `_CAST`. */
const language = ["lambda", "exists", "grouping", "untuple", "_CAST"];

interface Harmless {
  name: string;
  anyCase: boolean;
  aggregates: boolean;
}

/** Asks the engine what its functions do. Throws ClickHouseError, ClickHouseUnreachable. */
export async function readFunctions(clickHouse: ClickHouse): Promise<Functions> {
  const [harmless, others] = await Promise.all([
    readRows<Harmless>(clickHouse, { sql: harmlessSql }),
    readRows<{ name: string; createQuery: string; isSql: boolean }>(clickHouse, { sql: functionsSql }),
  ]);
  const named = nameSet(harmless);
  const aggregates = nameSet(harmless.filter(({ aggregates }) => aggregates));
  const combinators = harmless.filter(({ name }) => name.startsWith("-")).map(({ name }) => name.slice(1));
  const sql = new Map(
    others.filter(({ isSql }) => isSql).map((each) => [each.name, lambdaOf(each.createQuery)]),
  );
  const impure = new Set(others.map(({ name }) => name.toLowerCase()));

  /** Such as `sumIf`, or `uniqExactStateIf`. */
  const isAggregate = (name: string): boolean =>
    aggregates(name) || combinators.some((end) => name.endsWith(end) && isAggregate(name.slice(0, -end.length)));

  return {
    isHarmless: (name) => named(name) || isAggregate(name) || language.includes(name),
    isImpure: (name) => !sql.has(name) && impure.has(name.toLowerCase()),
    lambdaOf: (name) => sql.get(name),
  };
}

function nameSet(functions: Harmless[]): (name: string) => boolean {
  const exact = new Set(functions.map(({ name }) => name));
  const anyCase = new Set(
    functions.filter(({ anyCase }) => anyCase).map(({ name }) => name.toLowerCase()),
  );
  return (name) => exact.has(name) || anyCase.has(name.toLowerCase());
}

/** What stands after `CREATE FUNCTION name AS`. */
function lambdaOf(createQuery: string): string {
  return createQuery.replace(/^CREATE FUNCTION\s+(`(?:[^`\\]|\\.)*`|\S+)\s+AS\s+/, "");
}
