import assert from "node:assert/strict";
import { signToken } from "../src/auth/token.ts";
import {
  type ClickHouse,
  type ClickHouseOptions,
  createClickHouse,
  readRows,
  run,
} from "../src/clickhouse/client.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { engineOptions, newTenant, secret } from "./gateway.ts";
import { ownEngine } from "./own_engine.ts";
import { boundMs, copyFolder, runProgram, startProgram, temporaryFolder, waitFor } from "./program.ts";

// The gateway as a process of its own, as `deno task start` runs it, while what it needs is wrong or goes away.

const main = ["run", "--allow-all", "src/hosts/deno/main.ts"];
const retrySeconds = /^[1-9]\d*$/;

function gatewayEnv(target: ClickHouseOptions, more: Record<string, string> = {}): Record<string, string> {
  return {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: target.url,
    CLICKHOUSE_USER: target.user,
    CLICKHOUSE_PASSWORD: target.password,
    CLICKHOUSE_DATABASE: target.database,
    AUTH_JWT_SECRET: secret,
    ...more,
  };
}

/** A gateway that was asked to start, and a way to ask it as a tenant. */
async function startGateway(target: ClickHouseOptions, more?: Record<string, string>, tenant = newTenant()) {
  const program = startProgram(Deno.execPath(), main, gatewayEnv(target, more));
  const [, url] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  const token = await signToken(secret, { tenantId: tenant, scope: "query ingest", expires: "1h" });
  const request = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url + path, { headers, signal: AbortSignal.timeout(boundMs), ...init });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    program,
    url,
    tenant,
    request,
    query: (name: string) => request(`/v1/${name}`),
    send: (events: unknown[]) =>
      request("/v1/events/outreach", {
        method: "POST",
        body: events.map((event) => JSON.stringify(event)).join("\n"),
      }),
    isReady: async () => (await request("/health/ready")).status === 200,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof startGateway>>["query"]>>;

function assertUnavailable({ status, headers, body }: Answer): void {
  assert.equal(status, 503, JSON.stringify(body));
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.match(headers.get("retry-after") ?? "", retrySeconds);
  assert.equal(body.type, "/problems/unavailable");
  assert.doesNotMatch(JSON.stringify(body), /127\.0\.0\.1|localhost|SELECT|\.ts/);
}

/**
 * Adds the queries `trial/slow` and `trial/long`, which take eight seconds and four minutes, to a copy of the repository's:
 * so long that they still run when a test that saw them run has done something. They sleep in views, as files may not.
 */
async function withSlowQueries({ folder, clickHouse }: { folder: string; clickHouse: ClickHouse }) {
  await copyFolder(`${root}sql`, `${folder}/sql`);
  await Deno.mkdir(`${folder}/sql/trial`);
  for (const [name, naps] of Object.entries({ slow: 16, long: 480 })) {
    await run(clickHouse, {
      // a block may sleep for three seconds
      sql: `CREATE VIEW trial_${name} AS
        SELECT getSetting('log_comment') AS tenant_id, number, sleepEachRow(0.5) AS slept FROM numbers(${naps})
        SETTINGS max_block_size = 4`,
    });
    await Deno.writeTextFile(
      `${folder}/sql/trial/${name}.sql`,
      `/*---\nsummary: Takes its time\ntenant: none\n---*/\nSELECT count() + sum(slept) AS rows\nFROM trial_${name}\n`,
    );
  }
  return { SLUICE_SQL_DIR: `${folder}/sql`, MAX_QUERY_SECONDS: "300" };
}

function someEvents(count: number, prefix = "m"): { id: string; entityId: string }[] {
  return Array.from({ length: count }, (_, i) => ({
    id: crypto.randomUUID(),
    eventType: "message_sent",
    entityId: `${prefix}-${i}`,
    channel: "email",
    occurredAt: new Date(Date.now() - 3_600_000).toISOString(),
  }));
}

async function startAndFail(env: Record<string, string>): Promise<string> {
  const { code, printed } = await runProgram(Deno.execPath(), main, env);
  assert.equal(code, 1, printed);
  assert.doesNotMatch(printed, /^\s+at /m, "there is no stack trace");
  return printed;
}

Deno.test("start names all variables that are missing or wrong, and shows no secret", async () => {
  const printed = await startAndFail({});
  assert.match(printed, /^CLICKHOUSE_URL is not set\./m);
  assert.match(printed, /^AUTH_JWT_SECRET is not set\./m);

  const wrong = {
    CLICKHOUSE_URL: "clickhouse:8123",
    AUTH_JWT_SECRET: "hush",
    PORT: "http",
    SLUICE_DEMO: "yes",
  };
  const all = await startAndFail(wrong);
  for (const name of Object.keys(wrong)) assert.match(all, new RegExp(`^${name} is not valid: `, "m"));
  assert.match(all, /^AUTH_JWT_SECRET is not valid: must have at least 32 characters/m);
  assert.doesNotMatch(all, /hush/);
});

Deno.test("start says what is wrong with the port, the credentials, the migrations and the query files", async (t) => {
  await using folder = await temporaryFolder();

  await t.step("a port that is taken", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    try {
      const printed = await startAndFail(gatewayEnv(engineOptions(), { PORT: String(port) }));
      assert.match(printed, new RegExp(`PORT ${port} is taken`));
    } finally {
      listener.close();
    }
  });

  await t.step("a wrong password", async () => {
    const printed = await startAndFail(gatewayEnv({ ...engineOptions(), password: "wrong" }));
    assert.match(printed, /ClickHouse refuses: .*Authentication failed/);
  });

  await t.step("a database without migrations", async () => {
    const printed = await startAndFail(gatewayEnv({ ...engineOptions(), database: "nothing_there" }));
    assert.match(printed, /deno task migrate up/);
    assert.match(printed, /^outreach\/\d{14}_outreach_events$/m);
  });

  await t.step("broken query files, each with its line", async () => {
    const file = `${folder.path}/trial/broken.sql`;
    await Deno.mkdir(`${folder.path}/trial`);
    await Deno.writeTextFile(file, "/*---\nsummary: Broken\ntenant: none\n---*/\nSELECT 1 +\n");
    const printed = await startAndFail(gatewayEnv(engineOptions(), { SLUICE_SQL_DIR: folder.path }));
    assert.ok(printed.includes(`${file}:5:`), printed);
    assert.match(printed, /^ +5 \| SELECT 1 \+$/m);
  });

  await t.step("a folder of query files that is not there", async () => {
    const printed = await startAndFail(gatewayEnv(engineOptions(), { SLUICE_SQL_DIR: "/not/there" }));
    assert.match(printed, /\/not\/there/);
  });
});

Deno.test("with ClickHouse down at start the gateway waits, says so once, and is ready when it comes", async () => {
  await using engine = await ownEngine();
  await engine.stop();
  await using gateway = await startGateway(engine.target);
  await gateway.program.until(/Waiting for ClickHouse/);

  assert.equal((await gateway.request("/health/live")).status, 200);
  const ready = await gateway.request("/health/ready");
  assert.equal(ready.status, 503);
  assert.match(ready.headers.get("retry-after") ?? "", retrySeconds);
  assertUnavailable(await gateway.query("outreach/overview"));
  assertUnavailable(await gateway.send(someEvents(1)));
  assert.equal(
    await fetch(`${gateway.url}/v1/outreach/overview`).then(async (response) => {
      await response.body?.cancel();
      return response.status;
    }),
    401,
    "who asks is looked at first",
  );

  await engine.start();
  await waitFor("the gateway is ready", gateway.isReady);
  assert.equal((await gateway.send(someEvents(3))).status, 200);
  assert.equal((await gateway.query("outreach/overview")).body.data.summary.totalMessagesSent, 3);
  assert.equal(gateway.program.printed().match(/Waiting for ClickHouse/g)?.length, 1);
});

Deno.test("when ClickHouse goes away requests get 503, and all is well when it is back", async () => {
  await using engine = await ownEngine();
  const more = await withSlowQueries(engine);
  await using gateway = await startGateway(engine.target, more);
  await gateway.program.until(/Ready/);
  assert.equal((await gateway.send(someEvents(3))).status, 200);

  const inFlight = gateway.query("trial/long");
  inFlight.catch(() => {});
  await runsNow(engine.clickHouse, "trial_long");
  await engine.kill();
  assertUnavailable(await inFlight);
  for (const answer of [await gateway.query("outreach/overview"), await gateway.send(someEvents(1))]) {
    assertUnavailable(answer);
  }
  assert.equal((await gateway.request("/health/ready")).status, 503);
  assert.equal((await gateway.request("/health/live")).status, 200);

  await engine.start();
  await waitFor("the gateway is ready again", gateway.isReady);
  assert.equal((await gateway.query("outreach/overview")).body.data.summary.totalMessagesSent, 3);
  assert.equal((await gateway.send(someEvents(1))).status, 200);
});

Deno.test("when ClickHouse hangs requests get 503 before one at work is given up, and a slow query is no reason for it", async () => {
  await using engine = await ownEngine();
  const more = await withSlowQueries(engine);
  await using gateway = await startGateway(engine.target, more);
  await gateway.program.until(/Ready/);

  assert.equal((await gateway.query("trial/slow")).status, 200);
  assert.doesNotMatch(gateway.program.printed(), /does not answer/);

  const asked = gateway.query("trial/long");
  let isGivenUp = false;
  asked.then(() => isGivenUp = true, () => {});
  await runsNow(engine.clickHouse, "trial_long");
  // another query than below, whose answer is kept for some seconds
  const { status, body } = await gateway.query("outreach/campaigns");
  assert.equal(status, 200, `ClickHouse lives while that is at work: ${JSON.stringify(body)}`);
  engine.signal("SIGSTOP");
  const answers = await Promise.all([
    gateway.query("outreach/overview"),
    gateway.send(someEvents(1, "hang")),
    gateway.request("/v1/outreach/events?format=csv"),
  ]);
  for (const answer of answers) assertUnavailable(answer);
  assert.equal(isGivenUp, false, "the one at work is given ten seconds, the others one");
  assertUnavailable(await gateway.query("outreach/overview"));
  assert.equal((await gateway.request("/health/ready")).status, 503);
  assertUnavailable(await asked);

  engine.signal("SIGCONT");
  await waitFor("the gateway is ready again", gateway.isReady);
  assert.equal((await gateway.query("outreach/overview")).status, 200);
  assert.match(gateway.program.printed(), /ClickHouse answers again/);
});

Deno.test("at SIGTERM requests in flight are answered, new connections are refused, and it exits with 0", async () => {
  await using engine = await ownEngine();
  await using gateway = await startGateway(engine.target, await withSlowQueries(engine));
  await gateway.program.until(/Ready/);
  const inFlight = gateway.query("trial/slow");
  await runsNow(engine.clickHouse, "trial_slow");
  let isAnswered = false;
  inFlight.then(() => isAnswered = true, () => {});
  Deno.kill(gateway.program.pid, "SIGTERM");
  await waitFor("new connections are refused", async () => {
    try {
      const connection = await Deno.connect({
        hostname: "127.0.0.1",
        port: Number(new URL(gateway.url).port),
      });
      connection.close();
      return false;
    } catch {
      return true;
    }
  });
  assert.equal(isAnswered, false, "the request is still in flight");
  const { status, body } = await inFlight;
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.data, [{ rows: 16 }]);
  assert.equal(await gateway.program.end(), 0);
});

Deno.test("kill -9 of the gateway while it ingests loses and doubles no acknowledged event", async () => {
  const target = engineOptions();
  const tenant = newTenant("killed");
  const batches = Array.from({ length: 60 }, (_, i) => someEvents(50, `b${i}`));
  const acknowledged = new Set<number>();
  {
    await using gateway = await startGateway(target, {}, tenant);
    await gateway.program.until(/Ready/);
    await sendAll(gateway, batches, acknowledged, () => gateway.program.signalGroup("SIGKILL"));
  }
  await assertStored(createClickHouse(target), tenant, batches, acknowledged);

  await using gateway = await startGateway(target, {}, tenant);
  await gateway.program.until(/Ready/);
  await waitFor("all batches are acknowledged", async () => {
    await sendAll(gateway, batches, acknowledged);
    return acknowledged.size === batches.length;
  });
  await assertStored(createClickHouse(target), tenant, batches, acknowledged);
  const { body } = await gateway.query("outreach/overview");
  assert.equal(body.data.summary.totalMessagesSent, 60 * 50);
});

Deno.test("kill -9 of ClickHouse while it ingests loses and doubles no acknowledged event", async () => {
  await using engine = await ownEngine();
  await using gateway = await startGateway(engine.target);
  await gateway.program.until(/Ready/);
  const batches = Array.from({ length: 60 }, (_, i) => someEvents(50, `b${i}`));
  const acknowledged = new Set<number>();
  await sendAll(gateway, batches, acknowledged, () => engine.kill());
  await engine.start();
  await waitFor("the gateway is ready again", gateway.isReady);
  await assertStored(engine.clickHouse, gateway.tenant, batches, acknowledged);

  await waitFor("all batches are acknowledged", async () => {
    await sendAll(gateway, batches, acknowledged);
    return acknowledged.size === batches.length;
  });
  await assertStored(engine.clickHouse, gateway.tenant, batches, acknowledged);
  const { body } = await gateway.query("outreach/overview");
  assert.equal(body.data.summary.totalMessagesSent, 60 * 50);
});

/**
 * Sends what is not acknowledged, eight at a time, and notes what is; when a quarter is, `midway` happens: until then what was
 * refused is sent again.
 */
async function sendAll(
  gateway: Awaited<ReturnType<typeof startGateway>>,
  batches: unknown[][],
  acknowledged: Set<number>,
  midway?: () => void | Promise<void>,
): Promise<void> {
  const queue = [...batches.keys()].filter((i) => !acknowledged.has(i));
  const work = async () => {
    for (let i = queue.shift(); i !== undefined; i = queue.shift()) {
      try {
        const { status, body } = await gateway.send(batches[i]);
        if (status === 200) {
          assert.deepEqual(body.data, { accepted: batches[i].length, rejected: 0, rejections: [] });
          acknowledged.add(i);
        } else {
          assert.equal(status, 503, JSON.stringify(body));
          if (midway) queue.push(i);
        }
      } catch (error) {
        // the connection broke, or there is nobody any more
        if (!(error instanceof TypeError)) throw error;
      }
      if (midway && acknowledged.size >= batches.length / 4) {
        const happens = midway;
        midway = undefined;
        await happens();
      }
    }
  };
  const wasKilled = midway !== undefined;
  await Promise.all(Array.from({ length: 8 }, work));
  if (wasKilled) {
    assert.equal(midway, undefined, "it was killed");
    assert.ok(acknowledged.size < batches.length, "it was killed midway");
  }
}

/** Each acknowledged event is there; of the others some may be. */
async function assertStored(
  clickHouse: ClickHouse,
  tenant: string,
  batches: { id: string }[][],
  acknowledged: Set<number>,
): Promise<void> {
  const rows = await readRows<{ id: string }>(clickHouse, {
    sql: "SELECT DISTINCT id FROM outreach_events WHERE tenant_id = {tenantId:String}",
    parameters: { tenantId: tenant },
  });
  const stored = new Set(rows.map(({ id }) => id));
  const lost = [...acknowledged].flatMap((i) => batches[i]).filter(({ id }) => !stored.has(id));
  assert.deepEqual(lost, []);
  const sent = new Set(batches.flat().map(({ id }) => id));
  assert.deepEqual(rows.filter(({ id }) => !sent.has(id)), []);
}

async function runsNow(clickHouse: ClickHouse, text: string): Promise<void> {
  await waitFor(`a statement with ${text} runs`, async () => {
    const [{ running }] = await readRows<{ running: number }>(clickHouse, {
      sql: `SELECT count() AS running FROM system.processes
        WHERE position(query, {text:String}) > 0 AND position(query, 'system.processes') = 0`,
      parameters: { text },
    });
    return running > 0;
  });
}
