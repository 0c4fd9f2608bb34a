import { createClickHouse, run } from "../../src/clickhouse/client.ts";
import { root } from "../../src/hosts/deno/sql_files.ts";
import { measure, publishToLog, residentKilobytes, tenants } from "./live.ts";
import type { Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const replays = 50;
const eventsEach = 100_000;
const followed = "replayed";
/** Tenants that get an event each, so often. */
const publishesPerSecond = 10;

/** Fifty clients who missed 100,000 events each come back at once, while 100 others follow 1,000 events a second. */
export async function benchReplays(sides: Sides): Promise<Row[]> {
  const token = await sides.tokenOf(followed, "stream");
  const stream = await open(`${sides.url}/v1/stream/updates`, token);
  const [, id] = await stream.until(/\nid: (.*)\n/);
  await run(createClickHouse(sides.target), {
    sql: `INSERT INTO live_events (tenant_id, type, data)
      SELECT '${followed}', 'metric_updated', concat('{"n":', toString(number), ',"text":"', repeat('x', 100), '"}')
      FROM numbers(${eventsEach})`,
  });
  // the gateway has handed them on
  await stream.until(new RegExp(`"n":${eventsEach - 1},`));
  await stream.close();
  const tokens = await Promise.all(tenants.map((name) => sides.tokenOf(name, "stream")));
  const log = publishToLog(sides);
  const before = await residentKilobytes(sides.gatewayPid);
  let most = before;
  let took = "";
  const { read, sent } = await measure(
    `${sides.url}/v1/stream/updates`,
    tokens,
    tenants.length,
    sides.gatewayPid,
    async () => {
      const reader = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-all",
          `${root}tests/bench/replay_reader.ts`,
          sides.url,
          id,
          String(replays),
          String(eventsEach),
        ],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const input = reader.stdin.getWriter();
      await input.write(new TextEncoder().encode(token));
      await input.close();
      let isOver = false;
      const over = reader.output().then(({ stdout }) => {
        took = new TextDecoder().decode(stdout).trim();
        isOver = true;
      });
      let published = 0;
      const underway: Promise<void>[] = [];
      while (!isOver) {
        underway.push(log.publish(tenants));
        published += tenants.length;
        await new Promise((resolve) => setTimeout(resolve, 1_000 / publishesPerSecond));
        most = Math.max(most, await residentKilobytes(sides.gatewayPid));
      }
      await Promise.all([over, ...underway]);
      return published;
    },
  );
  const what = `${replays} replays of ${eventsEach.toLocaleString("en")} events`;
  return [
    {
      what: `${what}, p95 of others through the database`,
      unit: "ms",
      ours: [read.p95Ms],
      goal: { atMost: 300 },
      note: `p50 ${read.p50Ms} ms, p99 ${read.p99Ms} ms; ${read.events} of ${sent} deliveries came; ${took}`,
    },
    {
      what: `${what}, memory`,
      unit: "MB",
      ours: [Math.round((most - before) / 1_000)],
      goal: { atMost: 300 },
    },
  ];
}

/** Opens a stream, and reads it until something comes. */
async function open(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
  const { body } = await fetch(url, { headers });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async until(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = pattern.exec(text);
        if (found) return found;
        const { done, value } = await reader.read();
        if (done) throw new Error(`The stream ended before ${pattern} came`);
        text = text.slice(-1_000) + value;
      }
    },
    close: () => reader.cancel(),
  };
}
