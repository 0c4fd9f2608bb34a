import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { parse } from "yaml";
import { root } from "../src/hosts/deno/sql_files.ts";
import config from "../deno.json" with { type: "json" };
import { readPages } from "./docs/pages.ts";

// What stands in backticks on a page is there: files, endpoints, tasks, and names of the code, the SQL and the configuration.

const pages = await readPages();
const shownFiles = pages.flatMap(({ blocks }) => blocks.flatMap(({ file }) => file ?? []));

/** Names of others: of standards, of ClickHouse, of Postgres, of Deno. */
const foreign = [
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_SERVICE_NAME",
  "OTEL_TRACES_SAMPLER",
  "additional_table_filters",
  "async_insert",
  "data_version",
  "perf_hooks",
  "query_params",
  "max_slot_wal_keep_size",
  "request_timeout",
];

/** What `deno task new` makes on a page. */
const madeByTasks = [
  "/v1/outreach/my-query",
  "sql/support/tickets.sql",
  "support_tickets",
  "support_tickets_parsed_mv",
];

/** Texts in which a name of the project stands, if it is one. */
async function readTexts(): Promise<string> {
  const texts: string[] = [];
  const read = async (path: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(root + path)) {
      const each = `${path}/${name}`;
      if (isDirectory) await read(each);
      else if (/\.(ts|sql|xml|yml|yaml|conf|sh)$/.test(name)) {
        texts.push(await Deno.readTextFile(root + each));
      }
    }
  };
  for (const folder of ["src", "sql", "migrations", "deploy"]) await read(folder);
  for (const file of ["docker-compose.yml", ".ci/run", "tests/stream/nats_server.ts"]) {
    texts.push(await Deno.readTextFile(root + file));
  }
  return texts.join("\n");
}

function eachCode(check: (code: string, page: string) => void): void {
  for (const { path, codes } of pages) for (const code of codes) check(code, path);
}

Deno.test("each file that a page names is there", () => {
  eachCode((code, page) => {
    if (!/^(src|tests|sql|migrations|deploy|docs|\.ci)\/[\w./[\]-]*$/.test(code)) return;
    assert.ok(
      shownFiles.includes(code) || madeByTasks.includes(code) || existsSync(root + code),
      `${page}: ${code}`,
    );
  });
});

Deno.test("each task that a page names is there", () => {
  for (const { path, text } of pages) {
    for (const [, task] of text.matchAll(/\bdeno(?:@2)? task ([a-z][a-z-]*)/g)) {
      assert.ok(task in config.tasks, `${path}: deno task ${task}`);
    }
  }
});

Deno.test("each endpoint that a page names is there", async () => {
  const { paths } = parse(await Deno.readTextFile(`${root}openapi.yaml`));
  const shown = shownFiles.filter((file) => /^sql\//.test(file)).map((file) => `/v1/${file.slice(4, -4)}`);
  const known = [
    ...Object.keys(paths),
    ...shown,
    ...madeByTasks,
    "/metrics",
    "/docs",
    "/openapi.json",
    "/openapi.yaml",
  ];
  eachCode((code, page) => {
    const [, path] = /^(?:[A-Z]+ )?(\/(?:v1|health|metrics|docs|openapi)\b[\w./{}-]*)(?:\?.*)?$/.exec(code) ??
      [];
    if (path === undefined || path === "/v1") return;
    assert.ok(
      known.some((each) => each === path || each.startsWith(`${path}/`)),
      `${page}: there is no endpoint ${path}`,
    );
  });
});

Deno.test("each name of several words that stands on a page is one of the project", async () => {
  const words = new Set((await readTexts()).match(/\w+/g));
  const used = new Set<string>();
  eachCode((code, page) => {
    if (!/^[A-Za-z]+(_[A-Za-z0-9]+)+$/.test(code)) return;
    if (foreign.includes(code)) used.add(code);
    else if (madeByTasks.includes(code)) return;
    else assert.ok(words.has(code), `${page}: there is no ${code}`);
  });
  assert.deepEqual(foreign.filter((name) => !used.has(name)), [], "no page names these");
});

Deno.test("comments lead to pages that are there", async () => {
  const texts = await readTexts();
  for (const [, path] of texts.matchAll(/\b(docs\/[\w/-]+\.md)\b/g)) assert.ok(existsSync(root + path), path);
  assert.doesNotMatch(texts, /README, "|CONTRIBUTING\.md describes/);
});
