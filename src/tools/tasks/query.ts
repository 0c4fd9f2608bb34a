import { suggestion } from "../../base/suggestion.ts";
import { isExport } from "../../query/format.ts";
import { createRoles } from "../../clickhouse/roles.ts";
import { answerQuery } from "../../query/formats/answer_query.ts";
import { tablesOf } from "../../query/formats/export_columns.ts";
import { type Format, formats } from "../../query/format.ts";
import { bind } from "../../query/bind.ts";
import { loadCatalog } from "../../catalog/catalog.ts";
import { createInspectionMemory } from "../../catalog/inspection_memory.ts";
import { keptInspections } from "../kept_inspections.ts";
import { findQuery } from "../../catalog/find_query.ts";
import { ClickHouseError } from "../../clickhouse/exception.ts";
import { problemOf } from "../../clickhouse/exception.ts";
import { Problem } from "../../base/problem.ts";
import { type Query, queryName } from "../../catalog/query.ts";
import { comparedTenants } from "../../query/compared_tenants.ts";
import { readerFor } from "../../isolation/sight.ts";
import { demoTenants } from "../demo/load.ts";
import { devConfig, withDevDatabase } from "../dev_engine.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { readQueryFiles, renderFault } from "../../hosts/deno/sql_files.ts";

const usage = `${
  taskCommand("query NAME [--tenant=NAME] [--format=FORMAT] [--table=LIST] [--PARAMETER=VALUE …]")
}
  NAME    such as outreach/overview
  FORMAT  table (the default), ${formats.map(({ name }) => name).join(", ")}
  LIST    one list of the answer alone, such as byChannel`;

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.error(text);

async function main(args: string[]): Promise<number> {
  const [name, ...options] = args;
  if (!name || name.startsWith("-")) {
    say(usage);
    return 2;
  }
  const input = new Map<string, string[]>();
  for (const option of options) {
    const [, key, value] = /^--([^=]+)=(.*)$/s.exec(option) ?? [];
    if (!key) {
      say(`Write options as --name=value, not "${option}"\n${usage}`);
      return 2;
    }
    input.set(key, [...input.get(key) ?? [], value]);
  }
  const [tenantId] = take(input, "tenant") ?? demoTenants;
  const [formatName] = take(input, "format") ?? ["table"];
  const [wanted] = take(input, "table") ?? [];
  const config = devConfig();
  const { SLUICE_SQL_DIR: sqlDir } = config;
  return await withDevDatabase(async (target) => {
    const roles = createRoles(target);
    const path = name.replace(/^\/?(v1\/|sql\/)?/, "").replace(/\.sql$/, "");
    const { catalog, errors } = await loadCatalog(
      await readQueryFiles(sqlDir),
      roles,
      createInspectionMemory(keptInspections()),
    );
    for (const error of errors.filter(({ file }) => file === `sql/${path}.sql`)) {
      say(renderFault(error, sqlDir));
    }
    const named = catalog.get(queryName(`sql/${path}.sql`));
    const found = named ? { query: named, values: {} } : findQuery(catalog, path);
    if (!found) {
      throw new Problem("not-found", {
        detail: `There is no query "${path}"${
          suggestion(path, [...catalog.keys()]) || `; there are: ${[...catalog.keys()].join(", ")}`
        }`,
      });
    }
    const { method } = found.query.frontMatter;
    if (method) {
      const address = `${method} /v1/${found.query.path}`;
      throw new Problem("invalid-request", { detail: `${found.query.name} writes: call ${address}` });
    }
    const owner = { tenantId, subject: "", scopes: ["admin"], tenants: [] };
    for (const [key, value] of Object.entries(found.values)) input.set(key, [value]);
    const now = new Date();
    const run = {
      query: found.query,
      bound: {
        tenantIds: comparedTenants(found.query.frontMatter, input, owner),
        ...bind(found.query, input, now),
      },
      tenantId,
      isExact: true,
      now,
      limits: { ...config, MAX_QUERY_SECONDS: 300 },
      signal: new AbortController().signal,
      onBroken: say,
    };
    for (const format of chooseFormats(found.query, formatName, wanted)) {
      // below the object, each of its lists is a table of its own
      if (format.name === "table" && format.table && !wanted) print(`\n${format.table}\n`);
      const { body } = await answerQuery(roles[readerFor(found.query)], {
        ...run,
        format,
        queryId: crypto.randomUUID(),
      });
      await new Response(body).body?.pipeTo(Deno.stdout.writable, { preventClose: true });
    }
    return 0;
  });
}

function take(input: Map<string, string[]>, name: string): string[] | undefined {
  const values = input.get(name);
  input.delete(name);
  return values;
}

/** The forms in which the answer is printed, one after the other. Throws Problem. */
function chooseFormats(query: Query, name: string, table: string | undefined): Format[] {
  const tables = tablesOf(query);
  if (table !== undefined && !tables.includes(table)) {
    const known = tables.length ? `the lists are ${tables.join(", ")}` : "it has none";
    throw new Problem("invalid-parameter", {
      detail: `There is no list "${table}" in this answer: ${known}`,
    });
  }
  const rows: Format = {
    name: "table",
    mediaType: "text/plain",
    clickHouse: "PrettyCompactMonoBlock",
    isText: true,
    columns: "csv",
  };
  if (name === "table") {
    if (query.frontMatter.returns !== "object") return [rows];
    const lists = (table === undefined ? tables : [table]).map((table) => ({ ...rows, table }));
    return table === undefined ? [{ ...rows, clickHouse: "Vertical", columns: "fields" }, ...lists] : lists;
  }
  const format = formats.find((each) => each.name === name);
  if (!format) throw new Problem("invalid-parameter", { detail: `There is no format "${name}"\n${usage}` });
  if (table === undefined) return [format];
  if (!isExport(format)) {
    throw new Problem("invalid-parameter", { detail: "A list alone is for exports, such as --format=csv" });
  }
  return [{ ...format, table }];
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  const problem = error instanceof ClickHouseError ? problemOf(error) : error as Error;
  const errors = problem instanceof Problem ? problem.details.errors : undefined;
  say(errors?.map(({ detail }) => detail).join("\n") ?? problem.message);
  if (error instanceof ClickHouseError) say(error.message);
  Deno.exit(1);
}
