import { createRoles } from "../../clickhouse/roles.ts";
import { answer } from "../../answer/answer.ts";
import { type Format, formats } from "../../answer/format.ts";
import { bind } from "../../catalog/bind.ts";
import { loadCatalog } from "../../catalog/catalog.ts";
import { findQuery } from "../../catalog/find_query.ts";
import { ClickHouseError } from "../../clickhouse/exception.ts";
import { problemOf } from "../../clickhouse/exception.ts";
import { Problem } from "../../problem.ts";
import { queryName } from "../../catalog/query.ts";
import type { Header } from "../../catalog/header.ts";
import { comparedTenants } from "../../tenants/compare.ts";
import { readerFor } from "../../tenants/sight.ts";
import { demoTenants } from "../demo/load.ts";
import { devConfig, withDevDatabase } from "../dev_engine.ts";
import { readQueryFiles, renderFault } from "../sql_files.ts";

const usage = `deno task query NAME [--tenant=NAME] [--format=FORMAT] [--PARAMETER=VALUE …]
  NAME    such as outreach/overview
  FORMAT  table (the default), ${formats.map(({ name }) => name).join(", ")}`;

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
  const config = devConfig();
  const { SLUICE_SQL_DIR: sqlDir } = config;
  return await withDevDatabase(async (target) => {
    const roles = createRoles(target);
    const path = name.replace(/^\/?(v1\/|sql\/)?/, "").replace(/\.sql$/, "");
    const { catalog, errors } = await loadCatalog(await readQueryFiles(sqlDir), roles);
    for (const error of errors.filter(({ file }) => file === `sql/${path}.sql`)) {
      say(renderFault(error, sqlDir));
    }
    const named = catalog.get(queryName(`sql/${path}.sql`));
    const found = named ? { query: named, values: {} } : findQuery(catalog, path);
    if (!found) {
      throw new Problem("not-found", {
        detail: `There is no query "${path}"; there are: ${[...catalog.keys()].join(", ")}`,
      });
    }
    const { method } = found.query.header;
    if (method) {
      const address = `${method} /v1/${found.query.path}`;
      throw new Problem("invalid-request", { detail: `${found.query.name} writes: call ${address}` });
    }
    const owner = { tenantId, subject: "", scopes: ["admin"], tenants: [] };
    for (const [key, value] of Object.entries(found.values)) input.set(key, [value]);
    const now = new Date();
    const { body } = await answer(roles[readerFor(found.query)], {
      query: found.query,
      bound: {
        tenantIds: comparedTenants(found.query.header, input, owner),
        ...bind(found.query, input, now),
      },
      tenantId,
      isExact: true,
      now,
      format: chooseFormat(formatName, found.query.header.returns),
      limits: { ...config, MAX_QUERY_SECONDS: 300 },
      queryId: crypto.randomUUID(),
      signal: new AbortController().signal,
      onBroken: say,
    });
    await new Response(body).body?.pipeTo(Deno.stdout.writable, { preventClose: true });
    return 0;
  });
}

function take(input: Map<string, string[]>, name: string): string[] | undefined {
  const values = input.get(name);
  input.delete(name);
  return values;
}

function chooseFormat(name: string, returns: Header["returns"]): Format {
  if (name === "table") {
    const clickHouse = returns === "object" ? "Vertical" : "PrettyCompactMonoBlock";
    return { name: "table", mediaType: "text/plain", clickHouse, isText: true };
  }
  const format = formats.find((each) => each.name === name);
  if (!format) throw new Problem("invalid-parameter", { detail: `There is no format "${name}"\n${usage}` });
  return format;
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
