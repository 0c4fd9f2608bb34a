import assert from "node:assert/strict";
import { readRows } from "../../src/clickhouse/client.ts";
import { readQueryFiles } from "../../src/hosts/deno/sql_files.ts";
import { event } from "../events.ts";
import { createGateway, newTenant } from "../gateway.ts";
import { ownEngine } from "../own_engine.ts";
import { type Program, startProgram, waitFor } from "../program.ts";
import { installedServers, startNatsServer } from "../stream/nats_server.ts";
import { createWorld, type Published } from "./world.ts";

// The sink as a process of its own, as `deno task sink` runs it, while it, the engine and the broker are killed in turn.

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
