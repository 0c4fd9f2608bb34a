import assert from "node:assert/strict";
import { engineOptions, newTenant, secret, tokenOf } from "./gateway.ts";
import { hasK6, type Load, startK6 } from "./k6/k6.ts";
import { widgets } from "./k6/widgets.js";
import { startProgram } from "./program.ts";

/** Few users who ask often: the share of hits does not hang on how fast the machine computes the rest. */
const load = { seconds: 15, users: 6, refreshSeconds: 0.5, judgesLatency: false };
const dayMs = 86_400_000;

/** Sends events of the last month, of which each widget of a dashboard shows some. */
async function sendMonth(url: string, token: string): Promise<void> {
  const ago = (days: number) => new Date(Date.now() - days * dayMs - 1_000).toISOString();
  const streams = {
    outreach: Array.from({ length: 600 }, (_, i) => ({
      id: crypto.randomUUID(),
      eventType: ["message_sent", "message_delivered", "message_opened"][i % 3],
      entityId: `message-${Math.floor(i / 3)}`,
      channel: ["email", "sms"][i % 2],
      sourceType: "campaign",
      sourceId: `campaign-${i % 4}`,
      occurredAt: ago(i % 30),
    })),
    csr_companies: [{ industry: "retail", region: "Europe", employees: 120, updatedAt: ago(30) }],
    csr_scores: Array.from({ length: 600 }, (_, i) => ({
      id: `score-${i}`,
      userId: `user-${i % 50}`,
      programId: ["buddy", "mentoring"][i % 2],
      location: "Berlin",
      demographic: "adult",
      dimension: ["confidence", "belonging"][i % 2],
      textType: "reflection",
      score: (i % 100) / 100,
      createdAt: ago(i % 30),
      updatedAt: ago(i % 30),
    })),
    csr_journey: Array.from({ length: 150 }, (_, i) => ({
      id: `step-${i}`,
      userId: `user-${i % 50}`,
      programId: "mentoring",
      stage: ["enrolled", "matched", "completed"][Math.floor(i / 50)],
      occurredAt: ago(20 - Math.floor(i / 50)),
    })),
  };
  for (const [stream, events] of Object.entries(streams)) {
    const response = await fetch(`${url}/v1/events/${stream}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
      body: events.map((event) => JSON.stringify(event)).join("\n"),
    });
    const { data } = await response.json();
    assert.equal(data?.accepted, events.length, `${stream}: ${JSON.stringify(data)}`);
  }
}

/** A gateway of its own process on the engine of all tests. */
async function startGateway(): Promise<AsyncDisposable & { url: string; stop(): Promise<number> }> {
  await using stack = new AsyncDisposableStack();
  const { url: clickHouseUrl, user, password, database } = engineOptions();
  const program = stack.use(startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: clickHouseUrl,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
    STREAMING_ENABLED: "all",
  }));
  const [, url] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  await program.until(/Ready/);
  const owned = stack.move();
  return {
    url,
    async stop() {
      program.signalGroup("SIGTERM");
      return await program.end();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function runK6(what: Load): Promise<{ code: number; printed: string; said: string }> {
  const { code, stdout, stderr } = await startK6(what, "piped").output();
  const [printed, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, printed, said };
}

const isThere = await hasK6();
if (!isThere) {
  const why = "k6 is not installed (.ci/install_k6 builds it)";
  if (Deno.env.get("SLUICE_REQUIRE_SERVICES") === "1") throw new Error(`Cannot test the load: ${why}`);
  // deno-lint-ignore no-console -- a skipped check must be seen
  console.log(`Skipped, since ${why}`);
} else {
  // times are judged by `deno task load` alone: here they depend on what else the suite does meanwhile
  Deno.test("dashboards under load get their answers, most from the cache, while events come in", async () => {
    await using gateway = await startGateway();
    const tokens = await Promise.all([newTenant(), newTenant()].map((tenant) => tokenOf(tenant)));
    for (const token of tokens) await sendMonth(gateway.url, token);

    const { code, printed, said } = await runK6({ url: gateway.url, tokens, ...load });
    // 99 when more than 1 % of the requests failed, or less than 70 % of the answers came from the cache
    assert.equal(code, 0, printed + said);
    assert.match(printed, /^held {2}http_req_failed rate<0\.01$/m);
    assert.match(printed, /^held {2}cache_hits rate>0\.7$/m);
    for (const widget of widgets) {
      const [, answers] = new RegExp(`^\\| ${widget} \\| (\\d+) \\|`, "m").exec(printed) ?? [];
      assert.ok(Number(answers) > 0, `${widget} in ${printed}`);
    }
    assert.equal(await gateway.stop(), 0);
  });

  Deno.test("streams under load are connected and get the values that come in, until the clients leave", async () => {
    await using gateway = await startGateway();
    const tenants = [newTenant(), newTenant()];
    const tokens = await Promise.all(tenants.map((tenant) => tokenOf(tenant, "ingest stream")));
    const { code, printed, said } = await runK6({
      url: gateway.url,
      tokens,
      seconds: 8,
      streams: 20,
      judgesLatency: false,
    });
    assert.equal(code, 0, printed + said);
    for (
      const rule of ["streams_connected rate>=0.95", "streams_dropped count==0", "events_received count>0"]
    ) {
      assert.ok(printed.split("\n").includes(`held  ${rule}`), printed);
    }
    const [, connected] = /^\| 20 \| ([\d.]+) % \|/m.exec(printed) ?? [];
    assert.equal(connected, "100.0", printed);
    assert.equal(await gateway.stop(), 0);
  });
}
