import { type ClickHouse, readRows, type Statement } from "../clickhouse/client.ts";
import type { Roles } from "../clickhouse/roles.ts";
import type { Table } from "../isolation/table.ts";
import tablesSql from "../isolation/tables.sql" with { type: "text" };
import fingerprintSql from "./fingerprint.sql" with { type: "text" };
import { type Functions, readFunctions } from "./functions.ts";
import { inspectResolution, inspectSyntax, type Resolution, type Syntax } from "./inspection.ts";
import { createInspectionMemory, type Inspected, type InspectionMemory } from "./inspection_memory.ts";

/** What the engine makes of statements of one role. No tenant is said: no statement sees a row, whatever the engine runs of it. */
export interface Inspector {
  /** The engine that is asked. */
  clickHouse: ClickHouse;
  /** The tables of the database that the role may read, as they were when the inspector was made. */
  tables: Table[];
  functions: Functions;
  /** The parsed statement. Throws ClickHouseError. */
  syntaxOf(statement: Statement): Promise<Syntax>;
  /** The resolved statement; ask for its syntax first, which tells whether it may be resolved. Throws ClickHouseError. */
  resolutionOf(statement: Statement): Promise<Resolution>;
  /** Whether the resolved statement is known without asking the engine. */
  remembers(statement: Statement): Promise<boolean>;
}

/** The roles whose statements are inspected: each has tables of its own. */
export type Inspecting = Pick<Roles, "reader" | "operator">;

/** An inspector of each role. */
export interface Inspectors extends Record<keyof Inspecting, Inspector> {
  /** Has the memory keep what was asked for. Throws ClickHouseError. */
  keep(): Promise<void>;
}

/**
 * Inspectors that ask the engine only for what is not remembered of the very same statement under the same
 * definitions, settings and version. Throws ClickHouseError, ClickHouseUnreachable.
 */
export async function createInspectors(
  { reader, operator }: Inspecting,
  memory: InspectionMemory = createInspectionMemory(),
): Promise<Inspectors> {
  const [fingerprint, tables] = await Promise.all([
    readFingerprint(operator),
    readRows<Table>(operator, { sql: tablesSql }),
  ]);
  const [remembered, functions] = await Promise.all([
    memory.recall(fingerprint),
    memory.functions(fingerprint, () => readFunctions(reader)),
  ]);
  const used = new Map<string, Inspected>();
  let isNew = false;

  function inspectorOf(role: keyof Inspecting, clickHouse: ClickHouse, tables: Table[]): Inspector {
    /** What is known of the statement; what is missing is asked for and noted. */
    async function inspect<Name extends keyof Inspected>(
      name: Name,
      statement: Statement,
      ask: (clickHouse: ClickHouse, statement: Statement) => Promise<NonNullable<Inspected[Name]>>,
    ): Promise<NonNullable<Inspected[Name]>> {
      const key = await keyOf(role, statement);
      const inspected = used.get(key) ?? { ...remembered.get(key) };
      used.set(key, inspected);
      const known = inspected[name];
      if (known) return known;
      isNew = true;
      return inspected[name] = await ask(clickHouse, statement);
    }
    return {
      clickHouse,
      tables,
      functions,
      remembers: async (statement) => remembered.get(await keyOf(role, statement))?.resolution !== undefined,
      syntaxOf: (statement) => inspect("syntax", statement, inspectSyntax),
      resolutionOf: (statement) => inspect("resolution", statement, inspectResolution),
    };
  }

  return {
    reader: inspectorOf("reader", reader, tables.filter(({ access }) => access === "")),
    operator: inspectorOf("operator", operator, tables),
    async keep() {
      if (!isNew) return;
      // what was asked while definitions changed is true of neither the old nor the new ones
      if (await readFingerprint(operator) === fingerprint) await memory.keep(fingerprint, used);
    },
  };
}

async function readFingerprint(clickHouse: ClickHouse): Promise<string> {
  const [{ fingerprint }] = await readRows<{ fingerprint: string }>(clickHouse, { sql: fingerprintSql });
  return fingerprint;
}

async function keyOf(role: string, { sql, parameters, settings }: Statement): Promise<string> {
  const text = JSON.stringify([role, sql, parameters, settings]);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
