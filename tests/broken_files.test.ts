import assert from "node:assert/strict";
import { createGateway, newTenant, queryFile, read } from "./gateway.ts";

// What happens to a query whose file is broken by a later edit: SLUICE_ON_BROKEN.

const good = queryFile("broken/one", "tenant: none", "SELECT 1 AS one");
const whole = queryFile("broken/two", "tenant: none", "SELECT 2 AS two");
const bad = queryFile("broken/one", "tenant: none", "SELECT 1 AS one FROM system.parts");
const tenant = newTenant();

for (
  const [onBroken, status, message] of [
    ["keep", 200, "A query file is broken: its last good version goes on being served"],
    ["drop", 404, "A query file is broken: its query is not served"],
  ] as const
) {
  Deno.test(`SLUICE_ON_BROKEN=${onBroken}: a file that is broken by an edit answers ${status}, and the gateway is degraded until it is mended`, async () => {
    const gateway = await createGateway({ files: [good, whole], onBroken });
    const health = async (path = "/health") => (await read(await gateway.fetch(path))).body;
    assert.equal((await health()).status, "ok");

    const [fault] = await gateway.load([bad, whole]);
    assert.match(fault, /^sql\/broken\/one\.sql:\d+:\d+: .*system\.parts/);
    assert.deepEqual(gateway.log.filter(({ level }) => level === "error"), [
      { level: "error", message, file: "sql/broken/one.sql" },
    ]);
    const { status: how, dependencies } = await health();
    assert.deepEqual([how, dependencies.catalog], ["degraded", "degraded"]);
    const { dependencies: { catalog } } = await health("/health/dependencies");
    assert.deepEqual(catalog, { status: "degraded", broken: ["sql/broken/one.sql"] });
    assert.equal((await gateway.query("broken/one", tenant)).status, status);
    assert.equal((await gateway.query("broken/two", tenant)).status, 200);
    const document = await (await gateway.fetch("/openapi.json")).json();
    assert.equal("/v1/broken/one" in document.paths, onBroken === "keep");

    assert.deepEqual(await gateway.load([good, whole]), []);
    assert.equal((await health()).status, "ok");
    assert.deepEqual((await health("/health/dependencies")).dependencies.catalog.broken, []);
    assert.equal((await gateway.query("broken/one", tenant)).status, 200);
  });
}

Deno.test("SLUICE_ON_BROKEN=keep: a file that was broken from the start is not served, and is said to be broken", async () => {
  const gateway = await createGateway({ files: [] });
  assert.equal((await gateway.load([bad, whole])).length, 1);
  assert.equal((await gateway.query("broken/one", tenant)).status, 404);
  const [{ message }] = gateway.log.filter(({ level }) => level === "error");
  assert.equal(message, "A query file is broken: its query is not served");
  assert.equal((await read(await gateway.fetch("/health"))).body.status, "degraded");
});

Deno.test("SLUICE_ON_BROKEN=keep: a file that is taken away is served no more, and breaks nothing", async () => {
  const gateway = await createGateway({ files: [good, whole] });
  assert.deepEqual(await gateway.load([whole]), []);
  assert.equal((await gateway.query("broken/one", tenant)).status, 404);
  assert.equal((await read(await gateway.fetch("/health"))).body.status, "ok");
});
