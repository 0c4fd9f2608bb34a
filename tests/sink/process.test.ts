import assert from "node:assert/strict";
import { jetstream } from "@nats-io/jetstream";
import { headers as natsHeaders } from "@nats-io/nats-core";
import { readRows } from "../../src/clickhouse/client.ts";
import { readQueryFiles } from "../../src/hosts/deno/sql_files.ts";
import { event } from "../events.ts";
import { createGateway, newTenant } from "../gateway.ts";
import { ownEngine } from "../own_engine.ts";
import { type Program, runProgram, startProgram, temporaryFolder, waitFor } from "../program.ts";
import { installedServers, startNatsServer } from "../stream/nats_server.ts";
import { createWorld, type Published } from "./world.ts";

// The sink as `deno task sink` runs it, while it, the engine and the broker are killed in turn; and as `dev` does.

const messagesOfRound = 4_000;
const nothing = { pending: 0, unacknowledged: 0 };

for (const program of await installedServers()) {
  Deno.test(`${program}: kill -9 of the sink, of the engine and of the broker in the middle of batches changes no number`, async () => {
    await using engine = await ownEngine();
    await using server = await startNatsServer(program);
    await using world = await createWorld(server);
    const env = {
      NATS_URL: server.url,
      CLICKHOUSE_URL: engine.target.url,
      CLICKHOUSE_USER: engine.target.user,
      CLICKHOUSE_PASSWORD: engine.target.password,
      SINK_PORT: "0",
      SINK_SUBJECTS: `${world.prefix}.>=outreach`,
      SINK_BATCH_MESSAGES: "500",
      SINK_BATCH_SECONDS: "0.2",
      SINK_ACK_WAIT_SECONDS: "2",
      LOG_FORMAT: "json",
    };
    const start = async () => {
      const sink = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/sink.ts"], env);
      await sink.until(/Listening on/);
      return sink;
    };
    const sinks: Program[] = [await start()];
    try {
      const kill = {
        async sink() {
          sinks[0].signalGroup("SIGKILL");
          await sinks[0].end();
          sinks.unshift(await start());
        },
        async engine() {
          await engine.kill();
          await engine.start();
        },
        async broker() {
          await server.kill();
          await server.start();
        },
      };
      const tenants = Array.from({ length: 3 }, () => newTenant());
      const expected = new Map(tenants.map((tenant) => [tenant, { ids: new Set<unknown>(), rejected: 0 }]));
      for (const victim of ["sink", "engine", "broker"] as const) {
        const messages = makeMessages(tenants, expected);
        const publishing = world.publish(messages);
        await waitFor("a batch is underway", async () => {
          const { pending, unacknowledged } = await world.consumer().catch(() => nothing);
          return unacknowledged > 0 && pending + unacknowledged < messagesOfRound;
        });
        await kill[victim]();
        await publishing;
        await world.drained();
      }
      sinks[0].signalGroup("SIGTERM");
      assert.equal(await sinks[0].end(), 0);

      const files = (await readQueryFiles()).filter(({ path }) =>
        /rejected\/list|outreach\/overview/.test(path)
      );
      const gateway = await createGateway({ target: engine.target, files });
      for (const [tenant, { ids, rejected }] of expected) {
        const [found] = await readRows<Record<string, number>>(engine.clickHouse, {
          sql: `SELECT count() AS rows, uniqExact(id) AS ids FROM outreach_events FINAL
            WHERE tenant_id = {tenant:String}`,
          parameters: { tenant },
        });
        assert.deepEqual(found, { rows: ids.size, ids: ids.size });
        const range = { startDate: "2026-03-10", endDate: "2026-03-10" };
        const overview = await gateway.query("outreach/overview", tenant, range);
        assert.equal(overview.body.data.summary.totalMessagesSent, ids.size);
        const list = await gateway.query("rejected", tenant, { pageSize: 1 });
        assert.equal(list.body.meta.page.total, rejected);
      }
    } finally {
      for (const sink of sinks) await sink[Symbol.asyncDispose]();
    }
  });
}

const [anyProgram] = await installedServers();
if (anyProgram) {
  Deno.test("dev --with-sink brings the messages of NATS to the tables of the development server", async () => {
    await using server = await startNatsServer(anyProgram);
    await using folder = await temporaryFolder();
    const env = {
      SLUICE_DATA_DIR: folder.path,
      SLUICE_DEMO: "0",
      PORT: "0",
      SINK_PORT: "0",
      SINK_BATCH_SECONDS: "0.1",
      LOG_LEVEL: "error",
    };
    const args = ["run", "--allow-all", "src/tools/dev.ts", "--with-sink"];
    const { code, printed } = await runProgram(Deno.execPath(), args, env);
    assert.equal(code, 1);
    assert.match(printed, /--with-sink needs NATS_URL/);

    await using dev = startProgram(Deno.execPath(), args, { ...env, NATS_URL: server.url });
    const [, url] = await dev.until(/^Sluice +(http:\S+),/m);
    const [, sinkUrl] = await dev.until(/^Sink +(http:\S+),/m);
    await waitFor("the sink is ready", async () => {
      const response = await fetch(`${sinkUrl}/health/ready`);
      await response.body?.cancel();
      return response.ok;
    });
    const [, token] = await dev.until(/^Token of acme:\s+(\S+)/m);
    const nc = await server.connect();
    const headers = natsHeaders();
    headers.set("Sluice-Tenant", "acme");
    const occurredAt = new Date().toISOString();
    const sent = event({ eventType: "contact_created", entityId: "of the sink", occurredAt });
    await jetstream(nc).publish("contact.created", JSON.stringify(sent), { headers });
    await nc.close();
    await waitFor("the event is there", async () => {
      const request = { headers: { authorization: `Bearer ${token}`, "cache-control": "no-cache" } };
      const response = await fetch(`${url}/v1/outreach/events?timeRange=1d`, request);
      return (await response.text()).includes('"of the sink"');
    });
  });
}

/** Messages of one round, every 40th of which is broken and every 50th a repetition; counts what must come of them. */
function makeMessages(
  tenants: string[],
  expected: Map<string, { ids: Set<unknown>; rejected: number }>,
): Published[] {
  let last = event();
  return Array.from({ length: messagesOfRound }, (_, i) => {
    const tenant = tenants[Math.floor(i / 2) % tenants.length];
    const of = expected.get(tenant)!;
    const isBroken = i % 40 === 7;
    const payload = isBroken ? event({ entityId: "" }) : i % 50 === 1 ? last : event();
    if (isBroken) of.rejected++;
    else of.ids.add(payload.id);
    if (!isBroken) last = payload;
    return { subject: "x", payload, headers: [["Sluice-Tenant", tenant]] };
  });
}
