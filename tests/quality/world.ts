import { loadCatalog } from "../../src/catalog/catalog.ts";
import type { QueryFile } from "../../src/catalog/query.ts";
import {
  type ClickHouse,
  type ClickHouseOptions,
  createClickHouse,
  readRows,
  run,
} from "../../src/clickhouse/client.ts";
import { createRoles } from "../../src/clickhouse/roles.ts";
import { createQuality } from "../../src/quality/runner.ts";
import { readSqlFiles } from "../../src/hosts/deno/sql_files.ts";
import type { LogEntry } from "../../src/base/log.ts";
import { isQualityCheck } from "../../src/catalog/quality_check.ts";

/** Rows of a table, written past its stream: what the stream would refuse, too. */
export interface Planted {
  table: string;
  rows: Record<string, unknown>[];
}

/** What a run told. */
export interface Result {
  tenant_id: string;
  check_name: string;
  passed: boolean;
  examined: number;
  failed: number;
  score: number;
  reason: string;
  sample: Record<string, string | null>[];
}

/** The checks of the repository. */
export async function shippedChecks(): Promise<QueryFile[]> {
  return (await readSqlFiles()).filter(({ path }) => isQualityCheck(path));
}

/** A check of a test's own: `frontMatter` holds the lines after the summary. */
export function checkFile(name: string, frontMatter: string, sql: string): QueryFile {
  return {
    path: `sql/quality/${name}.sql`,
    text: `/*---\nsummary: Of a test\n${frontMatter}\n---*/\n${sql}\n`,
  };
}

/** Writes rows as the owner of the tables. */
export async function plant(owner: ClickHouse, planted: Planted[]): Promise<void> {
  for (const { table, rows } of planted) {
    await run(owner, {
      sql: `INSERT INTO ${table} FORMAT JSONEachRow`,
      body: new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")),
      settings: { async_insert: 0, date_time_input_format: "best_effort" },
    });
  }
}

/** What runs checks on an engine, and what they came to. */
export function qualityWorld(target: ClickHouseOptions) {
  const roles = createRoles(target);
  const owner = createClickHouse(target);

  /** A process that runs checks, of which there may be several. */
  function runner({ clock = () => new Date(), operator = roles.operator }: {
    clock?: () => Date;
    operator?: ClickHouse;
  } = {}) {
    const log: LogEntry[] = [];
    const instance = crypto.randomUUID();
    const quality = createQuality({
      operator,
      reader: roles.reader,
      clickHouse: roles.clickHouse,
      instance,
      clock,
      log: (entry) => void log.push(entry),
    });
    return { ...quality, log, instance };
  }

  return {
    roles,
    owner,
    runner,
    /** The checks of files. Throws what is wrong with one. */
    async load(files: QueryFile[]) {
      const { checks, errors } = await loadCatalog(files, roles);
      if (errors.length) throw new Error(errors.map((error) => error.render()).join("\n"));
      return { checks, brokenChecks: [] };
    },
    results: (check: string) =>
      readRows<Result>(owner, {
        sql:
          "SELECT tenant_id, check_name, passed, examined, failed, score, reason, sample FROM quality_results FINAL " +
          "WHERE check_name = {check:String} ORDER BY tenant_id, run_at",
        parameters: { check },
      }),
    runs: (check: string) =>
      readRows<{ passed: boolean; tenants: number; failed_tenants: number; reason: string; error: string }>(
        owner,
        {
          sql: "SELECT passed, tenants, failed_tenants, reason, error FROM quality_runs FINAL " +
            "WHERE check_name = {check:String} ORDER BY run_at",
          parameters: { check },
        },
      ),
  };
}
