import { root } from "../../src/hosts/deno/sql_files.ts";
import { startKeeper } from "../keeper.ts";
import { load, type Measured } from "./load.ts";
import { alternate, median, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const path = "/v1/bench/kept";

/** A cached answer of 20 KB, with authentication, budget and audit, against Deno and Hono sending the same bytes. */
export async function benchCached(sides: Sides): Promise<Row> {
  return await withBare(sides, async (ask) => {
    const { ours, reference } = await alternate(() => ask("ours", 16, 2), () => ask("reference", 16, 2));
    const share = Math.max(...[...ours, ...reference].map(({ generatorShare }) => generatorShare));
    const of = (side: Measured[], name: "p50Ms" | "coreMicroseconds") =>
      median(side.map((each) => each[name]));
    return {
      what: "cached endpoint, 20 KB",
      unit: "requests/s",
      ours: ours.map(({ perSecond }) => perSecond),
      reference: reference.map(({ perSecond }) => perSecond),
      goal: { ratioAtLeast: 0.7 },
      note: `p50 ${of(ours, "p50Ms").toFixed(2)} ms; core time a request ${
        of(ours, "coreMicroseconds").toFixed(0)
      } µs, of the reference ${
        of(reference, "coreMicroseconds").toFixed(0)
      } µs; the load generator took up to ${Math.round(share * 100)} % of a core`,
    };
  });
}

/** How long the slowest hundredth waits, over full minutes: the schedules of the database run at each. */
export async function benchTail(sides: Sides): Promise<Row[]> {
  return await withBare(sides, async (ask) => {
    const rows: Row[] = [];
    for (const connections of [16, 64]) {
      const [ours, reference] = [await ask("ours", connections, 65), await ask("reference", connections, 65)];
      rows.push({
        what: `cached endpoint, ${connections} connections for 65 s, p99`,
        unit: "ms",
        ours: [ours.p99Ms],
        reference: [reference.p99Ms],
        goal: { differenceAtMost: 8 },
      });
    }
    return rows;
  });
}

type Ask = (side: "ours" | "reference", connections: number, seconds: number) => Promise<Measured>;

/** Does the work with both servers ready, the answer cached by ours. */
async function withBare<Result>(
  { url, token, gatewayPid }: Sides,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { headers });
  const bytes = await response.bytes();
  if (!response.ok || bytes.length < 20_000) {
    throw new Error(`Expected 20 KB, got ${bytes.length} (${response.status})`);
  }
  const file = await Deno.makeTempFile();
  await Deno.writeFile(file, bytes);
  const bare = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", `${root}tests/bench/bare.ts`, file],
    stdout: "piped",
  }).spawn();
  const keeper = startKeeper();
  await keeper.keep(bare.pid);
  const reader = bare.stdout.getReader();
  const port = new TextDecoder().decode((await reader.read()).value).trim();
  try {
    return await work((side, connections, seconds) =>
      load({
        url: (side === "ours" ? url : `http://127.0.0.1:${port}`) + path,
        headers,
        connections,
        seconds,
        servers: [side === "ours" ? gatewayPid : bare.pid],
      })
    );
  } finally {
    bare.kill();
    await reader.cancel();
    await bare.status;
    await keeper.release();
    await Deno.remove(file);
  }
}
