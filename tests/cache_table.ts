import { askEngine } from "./ask_engine.ts";

let counter = 0;

/** Runs a statement on the tests' engine. Throws when it is refused. */
export async function engineRun(sql: string, settings: Record<string, string> = {}): Promise<string> {
  const { code, text } = await askEngine(sql, {}, { database: "sluice", ...settings });
  if (code !== 0) throw new Error(`Cannot run ${sql}: ${text}`);
  return text;
}

/** A name of a table that no other test has. */
export function newName(): string {
  return `trial_${Deno.pid}_${++counter}_${crypto.randomUUID().slice(0, 8)}`;
}

/** A table of the test's own with a tenant, a month and a number, which is dropped with what is made of its name. */
export async function createTable(engine = "MergeTree ORDER BY n PARTITION BY month") {
  const name = newName();
  await engineRun(`CREATE TABLE ${name} (tenant_id String, month UInt32, n UInt64) ENGINE = ${engine}`);
  return {
    name,
    insert: (tenantId: string, n: number, month = 202601) =>
      engineRun(`INSERT INTO ${name} VALUES ('${tenantId}', ${month}, ${n})`),
    /** Inserts the numbers below `count`. */
    insertMany: (tenantId: string, count: number) =>
      engineRun(`INSERT INTO ${name} SELECT '${tenantId}', 202601, number FROM numbers(${count})`),
    async [Symbol.asyncDispose]() {
      await engineRun(`DROP TABLE IF EXISTS ${name} SYNC`);
    },
  };
}
