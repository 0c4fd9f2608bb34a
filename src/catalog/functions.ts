import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import combinatorsSql from "./combinators.sql" with { type: "text" };
import functionsSql from "./functions.sql" with { type: "text" };

/** What is known of the engine's functions. */
export interface Functions {
  /** Whether the engine has a function of this name. */
  has(name: string): boolean;
  /** Whether nothing but its value can come of it. */
  isHarmless(name: string): boolean;
  /** Whether its value is known to depend on more than its arguments. */
  isImpure(name: string): boolean;
  /** The lambda that a migration gave this name. */
  lambdaOf(name: string): string | undefined;
}

interface EngineFunction {
  name: string;
  anyCase: boolean;
  aggregates: boolean;
  isHarmless: boolean;
  isImpure: boolean;
  /** The statement that made it, if that was a migration's. */
  createQuery: string;
}

/** What the parser calls a function and is a part of the language; a placeholder becomes a `_CAST`. */
const language = [
  "lambda",
  "exists",
  "grouping",
  "groupingOrdinary",
  "groupingForRollup",
  "groupingForCube",
  "groupingForGroupingSets",
  "untuple",
  "_CAST",
];

/** Asks the engine what its functions do. Throws ClickHouseError, ClickHouseUnreachable. */
export async function readFunctions(clickHouse: ClickHouse): Promise<Functions> {
  const [functions, combinators] = await Promise.all([
    readRows<EngineFunction>(clickHouse, { sql: functionsSql }),
    readRows<{ name: string }>(clickHouse, { sql: combinatorsSql }),
  ]);
  const exact = new Map(functions.map((each) => [each.name, each]));
  const anyCase = new Map(
    functions.filter(({ anyCase }) => anyCase).map((each) => [each.name.toLowerCase(), each]),
  );

  /** The function of a name: for `uniqExactStateIf`, `uniqExact`. */
  function find(name: string): EngineFunction | undefined {
    const found = exact.get(name) ?? anyCase.get(name.toLowerCase());
    if (found) return found;
    const endings = combinators.filter((combinator) => name.endsWith(combinator.name));
    return endings.map((ending) => find(name.slice(0, -ending.name.length))).find((base) => base?.aggregates);
  }

  return {
    has: (name) => find(name) !== undefined,
    isHarmless: (name) => language.includes(name) || (find(name)?.isHarmless ?? false),
    isImpure: (name) => find(name)?.isImpure ?? false,
    lambdaOf: (name) => lambdaOf(exact.get(name)?.createQuery ?? ""),
  };
}

/** What stands after `CREATE FUNCTION name AS`. */
function lambdaOf(createQuery: string): string | undefined {
  return /^CREATE FUNCTION\s+(?:`(?:[^`\\]|\\.)*`|\S+)\s+AS\s+(.*)$/s.exec(createQuery)?.[1];
}
