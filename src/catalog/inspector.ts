import { type ClickHouse, readRows, type Statement } from "../clickhouse/client.ts";
import type { Table } from "../tenants/filter.ts";
import tablesSql from "../tenants/tables.sql" with { type: "text" };
import fingerprintSql from "./fingerprint.sql" with { type: "text" };
import { inspectResolution, inspectSyntax, type Resolution, type Syntax } from "./inspection.ts";
import { createMemory, type Inspected, type Memory } from "./memory.ts";

/** What the engine makes of statements. */
export interface Inspector {
  /** The engine that is asked. */
  clickHouse: ClickHouse;
  /** The tables of the database, as they were when the inspector was made. */
  tables: Table[];
  /** The parsed statement. Throws ClickHouseError. */
  syntaxOf(statement: Statement): Promise<Syntax>;
  /** The resolved statement; ask for its syntax first, which tells whether it may be resolved. Throws ClickHouseError. */
  resolutionOf(statement: Statement): Promise<Resolution>;
  /** Whether the resolved statement is known without asking the engine. */
  remembers(statement: Statement): Promise<boolean>;
  /** Has the memory keep what was asked for, and nothing else. Throws ClickHouseError. */
  keep(): Promise<void>;
}

/**
 * An inspector that asks the engine only for what is not remembered of the very same statement under the same
 * definitions, settings and version. Throws ClickHouseError, ClickHouseUnreachable.
 */
export async function createInspector(
  clickHouse: ClickHouse,
  memory: Memory = createMemory(),
): Promise<Inspector> {
  const [tables, fingerprint] = await Promise.all([
    readRows<Table>(clickHouse, { sql: tablesSql }),
    readFingerprint(clickHouse),
  ]);
  const remembered = await memory.recall(fingerprint);
  const used = new Map<string, Inspected>();
  let isNew = false;

  /** What is known of the statement; what is missing is asked for and noted. */
  async function inspect<Name extends keyof Inspected>(
    name: Name,
    statement: Statement,
    ask: (clickHouse: ClickHouse, statement: Statement) => Promise<NonNullable<Inspected[Name]>>,
  ): Promise<NonNullable<Inspected[Name]>> {
    const key = await keyOf(statement);
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
    remembers: async (statement) => remembered.get(await keyOf(statement))?.resolution !== undefined,
    syntaxOf: (statement) => inspect("syntax", statement, inspectSyntax),
    resolutionOf: (statement) => inspect("resolution", statement, inspectResolution),
    async keep() {
      if (!isNew && used.size === remembered.size) return;
      // what was asked while definitions changed is true of neither the old nor the new ones
      if (await readFingerprint(clickHouse) === fingerprint) await memory.keep(fingerprint, used);
    },
  };
}

async function readFingerprint(clickHouse: ClickHouse): Promise<string> {
  const [{ fingerprint }] = await readRows<{ fingerprint: string }>(clickHouse, { sql: fingerprintSql });
  return fingerprint;
}

async function keyOf({ sql, parameters, settings }: Statement): Promise<string> {
  const text = JSON.stringify([sql, parameters, settings]);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
