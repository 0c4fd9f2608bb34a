import assert from "node:assert/strict";
import { type ClickHouse } from "../src/clickhouse/client.ts";
import { createRoles } from "../src/clickhouse/roles.ts";
import type { LogEntry } from "../src/base/log.ts";
import { concurrencyOf, defaultConcurrency } from "../src/limits/queue/default_concurrency.ts";
import type { QueueOptions } from "../src/limits/queue/queue.ts";
import { createGateway, engineOptions, newTenant, queryFile, read, type Through } from "./gateway.ts";
import { waitFor } from "./program.ts";

const files = [
  queryFile("test/named", "tenant: none", "SELECT {name:String} AS name"),
  queryFile("test/hasty", "tenant: none\ntimeout: 0.2", "SELECT {name:String} AS name"),
  queryFile("test/many", "tenant: none", "SELECT number AS n, {name:String} AS name FROM numbers(20000000)"),
];

/** A gateway whose named queries begin when the test lets them. */
async function createHeldGateway(queue: Partial<QueueOptions>) {
  const held = new Map<string, () => void>();
  const begun: string[] = [];
  let isHolding = false;
  const through: Through = async (statement, ask) => {
    const name = statement.parameters?.name;
    if (isHolding && name) {
      begun.push(name);
      await new Promise<void>((resolve, reject) => {
        held.set(name, resolve);
        statement.signal?.addEventListener("abort", () => reject(statement.signal?.reason));
      });
      held.delete(name);
    }
    return await ask(statement);
  };
  const gateway = await createGateway({ files, through, queue: { concurrency: 1, ...queue } });
  isHolding = true;
  return {
    ...gateway,
    begun,
    /** Asks, and waits until the request runs, waits or is refused. */
    async ask(name: string, tenantId: string, path = "test/named?format=json", signal?: AbortSignal) {
      const before = seen();
      const response = gateway.fetch(`/v1/${path}&name=${name}`, tenantId, { signal });
      response.catch(() => {});
      await waitFor(`${name} is seen`, () => seen() > before);
      return { response };
    },
    async release(name: string) {
      (await waitFor(`${name} has begun`, () => held.get(name)))();
    },
  };
  function seen(): number {
    const { started, waiting, refused } = gateway.queue.stats();
    return started + waiting + refused.full + refused.predicted + refused.expired;
  }
}

Deno.test("At most so many queries run at once, and those that wait follow in the order they came", async () => {
  const gateway = await createHeldGateway({ concurrency: 2 });
  const tenant = newTenant();
  const asked = [];
  for (const name of ["a", "b", "c", "d", "e"]) asked.push(await gateway.ask(name, tenant));
  assert.equal(gateway.queue.stats().running, 2);
  assert.equal(gateway.queue.stats().waiting, 3);
  for (const name of ["b", "a", "c", "d", "e"]) await gateway.release(name);
  for (const { response } of asked) assert.equal((await response).status, 200);
  assert.deepEqual(gateway.begun, ["a", "b", "c", "d", "e"]);
  assert.deepEqual([gateway.queue.stats().running, gateway.queue.stats().waiting], [0, 0]);
});

Deno.test("Tenants take turns: one with many requests delays another by one query", async () => {
  const gateway = await createHeldGateway({ concurrency: 1 });
  const [busy, other, third] = [newTenant(), newTenant(), newTenant()];
  const asked = [];
  for (const name of ["busy1", "busy2", "busy3", "busy4"]) asked.push(await gateway.ask(name, busy));
  for (const name of ["other1", "other2"]) asked.push(await gateway.ask(name, other));
  asked.push(await gateway.ask("third1", third));
  const order = ["busy1", "busy2", "other1", "third1", "busy3", "other2", "busy4"];
  for (const name of order) await gateway.release(name);
  for (const { response } of asked) assert.equal((await response).status, 200);
  assert.deepEqual(gateway.begun, order);
});

Deno.test("A wait that would be longer than the query's timeout is refused at once, and Retry-After says when it would not", async () => {
  let nowMs = 0;
  const gateway = await createHeldGateway({ concurrency: 1, monotonic: () => nowMs });
  const tenant = newTenant();
  // five queries of 8 s each
  for (let i = 0; i < 5; i++) {
    const { response } = await gateway.ask(`past${i}`, tenant);
    nowMs += 8_000;
    await gateway.release(`past${i}`);
    assert.equal((await response).status, 200);
  }
  const asked = [];
  // the first runs, the others wait 8 s and 16 s of the 20 s that a query may take
  for (const name of ["a", "b", "c"]) asked.push(await gateway.ask(name, tenant));
  const { response } = await gateway.ask("d", tenant);
  const { status, headers, body } = await read(await response);
  // it would wait 24 s: in 4 s that is no more than 20 s
  assert.deepEqual([status, body.type, headers.get("retry-after")], [503, "/problems/overloaded", "4"]);
  // another tenant has its turn after two of them, 16 s
  asked.push(await gateway.ask("e", newTenant()));
  for (const name of ["a", "b", "e", "c"]) await gateway.release(name);
  for (const { response } of asked) assert.equal((await response).status, 200);
  assert.equal(gateway.queue.stats().refused.predicted, 1);
});

Deno.test("A wait that turns out longer than the query's timeout ends with 503", async () => {
  const gateway = await createHeldGateway({ concurrency: 1 });
  const tenant = newTenant();
  const slow = await gateway.ask("slow", tenant);
  const hasty = await gateway.ask("hasty", tenant, "test/hasty?format=json");
  const { status, headers, body } = await read(await hasty.response);
  assert.deepEqual([status, body.type, headers.get("retry-after")], [503, "/problems/overloaded", "1"]);
  assert.equal(gateway.queue.stats().waiting, 0);
  await gateway.release("slow");
  assert.equal((await slow.response).status, 200);
  assert.deepEqual(gateway.begun, ["slow"]);
});

Deno.test("A client that leaves while it waits gives up its place", async () => {
  const gateway = await createHeldGateway({ concurrency: 1 });
  const tenant = newTenant();
  const first = await gateway.ask("first", tenant);
  const client = new AbortController();
  const gone = await gateway.ask("gone", tenant, undefined, client.signal);
  const last = await gateway.ask("last", tenant);
  client.abort();
  await waitFor("it has given up its place", () => gateway.queue.stats().waiting === 1);
  assert.equal((await gone.response).status, 499);
  for (const name of ["first", "last"]) await gateway.release(name);
  assert.deepEqual([(await first.response).status, (await last.response).status], [200, 200]);
  assert.deepEqual(gateway.begun, ["first", "last"]);
});

Deno.test("So many of a tenant may wait, and so many in all; the others get 503 at once", async () => {
  const gateway = await createHeldGateway({ concurrency: 1, maxWaitingPerTenant: 2, maxWaiting: 3 });
  const tenant = newTenant();
  const asked = [];
  for (const name of ["a", "b", "c"]) asked.push(await gateway.ask(name, tenant));
  const ofTenant = await gateway.ask("d", tenant);
  asked.push(await gateway.ask("e", newTenant()));
  const ofAll = await gateway.ask("f", newTenant());
  for (const { response } of [ofTenant, ofAll]) {
    const { status, headers, body } = await read(await response);
    assert.deepEqual([status, body.type, headers.get("retry-after")], [503, "/problems/overloaded", "1"]);
  }
  for (const name of ["a", "b", "e", "c"]) await gateway.release(name);
  for (const { response } of asked) assert.equal((await response).status, 200);
});

Deno.test("The slot of an export is held until its body has ended, or its client left", async () => {
  const gateway = await createGateway({ files, queue: { concurrency: 4 } });
  const running = () => gateway.queue.stats().running;
  const tenant = newTenant();
  const whole = await gateway.fetch("/v1/test/named?name=x&format=csv", tenant);
  assert.equal(running(), 1);
  assert.equal(await whole.text(), '"name"\n"x"\n');
  assert.equal(running(), 0);

  const left = await gateway.fetch("/v1/test/many?name=x&format=ndjson", tenant);
  assert.equal(running(), 1);
  await left.body!.cancel();
  assert.equal(running(), 0);

  const head = await gateway.fetch("/v1/test/many?name=x&format=ndjson", tenant, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(running(), 0);

  const client = new AbortController();
  await gateway.fetch("/v1/test/many?name=x&format=ndjson", tenant, { signal: client.signal });
  assert.equal(running(), 1);
  client.abort();
  await waitFor("the slot is free", () => running() === 0);
});

Deno.test("Exports have half of the slots at most, one tenant's a quarter, so that slow readers leave room", async () => {
  const gateway = await createGateway({ files, queue: { concurrency: 4 } });
  const path = "/v1/test/many?name=x&format=ndjson";
  const [first, second, third] = [newTenant(), newTenant(), newTenant()];
  const open = [await gateway.fetch(path, first)];
  const ofFirst = gateway.fetch(path, first);
  await waitFor("the tenant's second export waits", () => gateway.queue.stats().waiting === 1);
  open.push(await gateway.fetch(path, second));
  const ofThird = gateway.fetch(path, third);
  await waitFor("a third tenant's export waits", () => gateway.queue.stats().waiting === 2);
  assert.equal((await gateway.query("test/named", first, { name: "json" })).status, 200);
  assert.equal(gateway.queue.stats().running, 2);
  await open[1].body!.cancel();
  await (await ofThird).body!.cancel();
  await open[0].body!.cancel();
  await (await ofFirst).body!.cancel();
  assert.deepEqual([gateway.queue.stats().running, gateway.queue.stats().waiting], [0, 0]);
});

Deno.test("The default is four queries for each of the server's cores, but half of what the server takes at most", async () => {
  assert.equal(concurrencyOf(2, []), 8);
  assert.equal(concurrencyOf(2, [0, 0, 0]), 8);
  assert.equal(concurrencyOf(16, [0, 100, 0]), 50);
  assert.equal(concurrencyOf(16, [30, 100, 0]), 15);
  assert.equal(concurrencyOf(2, [1]), 1);

  const roles = createRoles(engineOptions());
  const log: LogEntry[] = [];
  const ask = (reader: ClickHouse) =>
    defaultConcurrency({ ...roles, reader, log: (entry) => void log.push(entry) });
  const limited = (settings: Record<string, number>): ClickHouse => (statement) =>
    roles.reader({ ...statement, settings: { ...statement.settings, ...settings } });
  assert.equal(await ask(limited({ max_threads: 3 })), 12);
  assert.deepEqual(log, []);
});

Deno.test("A server that does not tell its limit is told of in the log, and its cores decide", async () => {
  const roles = createRoles(engineOptions());
  const log: LogEntry[] = [];
  // the reader may not read the server's settings
  const count = await defaultConcurrency({
    clickHouse: roles.reader,
    reader: roles.reader,
    log: (entry) => void log.push(entry),
  });
  assert.ok(count >= 4);
  assert.match(log[0].message, /CLICKHOUSE_MAX_CONCURRENCY/);
});
