import assert from "node:assert/strict";
import { variables } from "../src/base/variables/variables.ts";
import { prepareCatalog } from "../src/catalog/prepared.ts";
import { createServing } from "../src/catalog/serving.ts";
import { createClickHouse, type Statement } from "../src/clickhouse/client.ts";
import { createRoles, mapRoles } from "../src/clickhouse/roles.ts";
import { createBundledGateway } from "../src/hosts/bundle/bundled_gateway.ts";
import type { Bundle } from "../src/hosts/bundle/bundle.ts";
import { objectName } from "../src/hosts/workerd/object_name.ts";
import type { LogEntry } from "../src/base/log.ts";
import { engineOptions, newTenant, queryFile, read, secret, tokenOf } from "./gateway.ts";
import { runProgram, temporaryFolder } from "./program.ts";

const files = [queryFile("test/one", "tenant: none", "SELECT 1 AS one")];

async function prepared() {
  return (await prepareCatalog(files, createRoles(engineOptions()))).prepared!;
}

Deno.test("`deno task bundle` writes one module within its goals, which imports nothing and holds no secret of where it was made", async () => {
  await using folder = await temporaryFolder();
  const secrets = ["AUTH_JWT_SECRET", "CLICKHOUSE_PASSWORD", "CLICKHOUSE_OWNER_PASSWORD", "METRICS_TOKEN"];
  const environment = Object.fromEntries(
    [...secrets, "SLUICE_POSTGRES_PASSWORD"].map((name) => [name, crypto.randomUUID() + crypto.randomUUID()]),
  );
  const password = crypto.randomUUID();
  const { code, printed } = await runProgram(
    Deno.execPath(),
    ["run", "--allow-all", "src/tools/tasks/bundle.ts", folder.path],
    {
      ...environment,
      CLICKHOUSE_URL: "http://db.of.the.operator:8123",
      NATS_URL: `nats://name:${password}@localhost:4222`,
    },
  );
  assert.equal(code, 0, printed);
  assert.match(printed, /gateway\.mjs with \d+ queries: \d+ KB, \d+ KB packed with gzip/);
  const names = await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name);
  assert.deepEqual(names.toSorted(), [
    "gateway.mjs",
    "sockets.mjs",
    "swagger-ui-bundle.js",
    "swagger-ui.css",
    "workerd.capnp",
  ]);
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(`${folder.path}/${name}`)));
  for (const value of [...Object.values(environment), password, "db.of.the.operator"]) {
    for (const text of texts) assert.ok(!text.includes(value));
  }

  const gateway = texts[names.indexOf("gateway.mjs")];
  assert.ok(gateway.length <= 1_500_000, `${gateway.length} bytes`);
  const packed = new Blob([gateway]).stream().pipeThrough(new CompressionStream("gzip"));
  const packedBytes = (await new Response(packed).arrayBuffer()).byteLength;
  assert.ok(packedBytes <= 400_000, `${packedBytes} bytes packed`);
  assert.doesNotMatch(gateway, /\bimport\s*[{*\w"'][^;]{0,80}\bfrom\s*["']|\bimport\s*["']/);
  // what is bound on workerd comes from where it runs
  const config = texts[names.indexOf("workerd.capnp")];
  for (const name of secrets) assert.ok(config.includes(`(name = "${name}", fromEnvironment = "${name}")`));
  assert.ok(secrets.every((name) => name in variables));
});

Deno.test("a prepared catalog is served without asking about a query, and nothing is while a role is not kept to its tenant's rows", async () => {
  const asked: string[] = [];
  const roles = mapRoles(createRoles(engineOptions()), (ask) => (statement: Statement) => {
    asked.push(statement.sql);
    return ask(statement);
  });
  const log: LogEntry[] = [];
  const catalog = await prepared();
  // tables of other tests come and go meanwhile: these alone are looked at
  const own = { ...catalog, definitions: { ...catalog.definitions, tables: [], functions: [] } };
  const [{ hash }] = await definitionsOfNothing();
  const serving = createServing({ roles, log: (entry) => void log.push(entry) });
  own.definitions.hash = hash;
  await serving.load(files, own);
  assert.equal(serving.served().catalog.get("test/one")!.columns[0].name, "one");
  assert.deepEqual(asked.filter((sql) => /^(EXPLAIN|DESCRIBE)/.test(sql)), []);
  assert.equal(asked.filter((sql) => sql.includes("system.row_policies")).length, 4);

  own.definitions.hash = "another";
  await serving.load(files, own);
  assert.ok(asked.some((sql) => /^EXPLAIN/.test(sql)));
  assert.match(log[0].message, /other definitions/);

  const owner = createClickHouse(engineOptions());
  const open = createServing({ roles: { ...roles, reader: owner }, log: () => {} });
  own.definitions.hash = hash;
  await assert.rejects(open.load(files, own), { name: "NotIsolated" });
  assert.throws(() => open.served(), { name: "Problem" });

  async function definitionsOfNothing() {
    const { prepared } = await prepareCatalog([], {
      ...roles,
      operator: (statement) =>
        roles.operator({
          ...statement,
          parameters: statement.parameters && { tables: "[]", functions: "[]" },
        }),
    });
    return [prepared!.definitions];
  }
});

Deno.test("a bundle says that it is starting while the database lacks a migration, and serves when it has it", async () => {
  const { url, user, password, database } = engineOptions();
  const log: LogEntry[] = [];
  const bundle: Bundle = {
    version: "1.2.3",
    files,
    prepared: await prepared(),
    migrations: [
      { name: "kafka/29990101000000_optional", version: "29990101000000" },
      { name: "common/29990101000001_missing", version: "29990101000001" },
    ],
  };
  const gateway = createBundledGateway(bundle, {
    runtime: "the tests",
    createLog: () => (entry) => void log.push(entry),
    transport: () => fetch,
    readBeside: () => Promise.reject(new Error("There are no files")),
  }, {
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
  });
  const ask = async () =>
    await read(
      await gateway.fetch(
        new Request("http://gateway/v1/test/one", {
          headers: { authorization: `Bearer ${await tokenOf(newTenant())}` },
        }),
      ),
    );
  assert.equal((await ask()).status, 503);
  assert.deepEqual(
    log.filter(({ message }) => message === "No query is served yet").map(({ cause }) => cause),
    [
      "PendingMigrations: The database lacks migrations: common/29990101000001_missing",
    ],
  );
  bundle.migrations.pop();
  // the next check comes with a request, a moment after the last one
  for (let answer = await ask(); answer.status !== 200; answer = await ask());
  await gateway.stop();
});

Deno.test("On workerd the same credential always meets the same object of its place, of as many as there are", () => {
  const request = (credential: string, colo?: string) => ({
    headers: new Headers({ authorization: `Bearer ${credential}` }),
    cf: { colo },
  });
  assert.equal(objectName(request("a", "FRA"), 4), objectName(request("a", "FRA"), 4));
  assert.match(objectName(request("a", "FRA"), 4), /^FRA-[0-3]$/);
  const names = new Set(Array.from({ length: 100 }, (_, n) => objectName(request(String(n)), 4)));
  assert.deepEqual([...names].toSorted(), ["here-0", "here-1", "here-2", "here-3"]);
  assert.equal(objectName(request("a"), NaN), "here-0");
});
