import { existsSync } from "node:fs";
import { readFrontMatter } from "../../src/catalog/front_matter.ts";
import { type QueryFile, queryName } from "../../src/catalog/query.ts";
import { suggestion } from "../../src/base/suggestion.ts";
import type { Config } from "../../src/base/config.ts";
import { onOrphaned } from "../../src/hosts/deno/on_orphaned.ts";
import { onSignal } from "../../src/hosts/deno/on_signal.ts";
import { readQueryFiles, root, sqlFolder } from "../../src/hosts/deno/sql_files.ts";
import { type ClickHouseOptions, createClickHouse } from "../../src/clickhouse/client.ts";
import { devConfig } from "../../src/tools/dev_engine.ts";
import { watchFiles } from "../../src/tools/watch.ts";
import { createGateway, type TestGateway } from "../gateway.ts";
import { queriesOf, runQueryTest, type TestBed } from "./run_test.ts";
import { engineForTests } from "./engine_for_tests.ts";
import { readQueryTest, testPath } from "./test_file.ts";

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

/**
 * Runs the tests of the queries that the arguments name, with `--watch` after each change until it is stopped. Returns the exit
 * code, or undefined when the arguments name no query.
 */
export async function testQueries(args: string[]): Promise<number | undefined> {
  const config = devConfig();
  const known = (await readQueryFiles(config.SLUICE_SQL_DIR)).map(({ path }) => queryName(path));
  // a domain stands for its queries
  const written = args.filter((arg) => !arg.startsWith("-")).flatMap((arg) => {
    const ofDomain = known.filter((name) => name.startsWith(`${arg}/`));
    return ofDomain.length ? ofDomain : [arg];
  });
  const names = written.map((arg) =>
    queryName(arg.replace(/^tests\/queries\//, "sql/").replace(/\.yaml$/, ".sql"))
  );
  const isQuery = (name: string) => known.includes(name) || existsSync(root + testPath(name));
  // what is neither a file nor a pattern of files was meant as a query
  const unknown = written.find((arg, i) =>
    !isQuery(names[i]) && /^[a-z][\w-]*(\/[\w{}[\]-]+)+$/.test(arg) && !existsSync(arg)
  );
  if (!names.some(isQuery) && unknown === undefined) return;
  const odd = args.find((arg) => arg.startsWith("-") && arg !== "--watch");
  // such as `tests/queries.test.ts --filter outreach/overview`
  if (odd !== undefined && written.some((arg) => arg.endsWith(".test.ts"))) return;
  if (unknown !== undefined || odd !== undefined || !names.every(isQuery)) {
    say(
      odd !== undefined
        ? `The test of a query takes --watch, not ${odd}`
        : `There is no query "${unknown}"${suggestion(unknown ?? "", known)}`,
    );
    return 2;
  }
  return await runNamed(names, args.includes("--watch"), config);
}

async function runNamed(names: string[], isWatching: boolean, config: Config): Promise<number> {
  const engine = await engineForTests(config);
  let stopping: Promise<void> | undefined;
  const stop = () => stopping ??= engine.stop();
  onSignal(stop);
  onOrphaned(async () => {
    await stop();
    Deno.exit(1);
  });
  try {
    const serve = createServer(engine.target);
    const run = () => runAll(serve, names, config.SLUICE_SQL_DIR);
    if (!isWatching) return await run() ? 0 : 1;
    const folders = [sqlFolder(config.SLUICE_SQL_DIR), `${root}tests/queries`];
    watchFiles(folders, [".sql", ".yaml"], async () => void await run());
    await run();
    return await new Promise<never>(() => {});
  } finally {
    await stop();
  }
}

/** Runs the tests one after the other and prints what became of each case. Returns whether all passed. */
async function runAll(serve: Serve, names: string[], sqlDir: string): Promise<boolean> {
  let [passed, failed] = [0, 0];
  const attempt = async (name: string, run: () => Promise<void>) => {
    const start = performance.now();
    try {
      await run();
      passed++;
      say(`  ok      ${name} (${Math.round(performance.now() - start)} ms)`);
    } catch (error) {
      failed++;
      say(`  FAILED  ${name}\n${(error as Error).message.replaceAll(/^/gm, "          ")}`);
    }
  };
  const files = await readQueryFiles(sqlDir);
  for (const name of names) {
    say(name);
    try {
      const test = await readQueryTest(name);
      const bed = await serve(files, queriesOf(name, test));
      await runQueryTest(bed, name, test, attempt);
    } catch (error) {
      await attempt("set up", () => Promise.reject(error));
    }
  }
  say(`\n${passed} passed, ${failed} failed`);
  return failed === 0;
}

/** Has a gateway serve the files of these queries alone. Throws what is wrong with one. */
type Serve = (files: QueryFile[], names: string[]) => Promise<TestBed>;

function createServer(target: ClickHouseOptions): Serve {
  let gateway: TestGateway | undefined;
  return async (files, names) => {
    const wanted = files.filter(({ path }) => names.includes(queryName(path)));
    const missing = names.find((name) => !wanted.some(({ path }) => queryName(path) === name));
    if (missing) {
      throw new Error(
        `There is no query "${missing}"${suggestion(missing, files.map(({ path }) => queryName(path)))}`,
      );
    }
    if (gateway) {
      const [fault] = await gateway.load(wanted);
      if (fault) throw new Error(fault);
    } else gateway = await createGateway({ target, files: wanted });
    const frontMatters = wanted.map(({ path, text }) =>
      [queryName(path), readFrontMatter(path, text).frontMatter] as const
    );
    return { gateway, clickHouse: createClickHouse(target), frontMatters: new Map(frontMatters) };
  };
}
