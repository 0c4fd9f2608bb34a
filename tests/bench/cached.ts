import { root } from "../../src/hosts/deno/sql_files.ts";
import { startKeeper } from "../keeper.ts";
import { load, type Measured } from "./load.ts";
import { alternate, median, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const connections = 16;
const seconds = 2;

/** A cached answer of 20 KB, with authentication, budget and audit, against Deno and Hono sending the same bytes. */
export async function benchCached({ url, token }: Sides): Promise<Row> {
  const path = "/v1/bench/kept";
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
  const from = (origin: string) => () => load({ url: origin + path, headers, connections, seconds });
  try {
    const { ours, reference } = await alternate<Measured>(from(url), from(`http://127.0.0.1:${port}`));
    const share = Math.max(...[...ours, ...reference].map(({ generatorShare }) => generatorShare));
    return {
      what: "cached endpoint, 20 KB",
      unit: "requests/s",
      ours: ours.map(({ perSecond }) => perSecond),
      reference: reference.map(({ perSecond }) => perSecond),
      goal: { ratioAtLeast: 0.7 },
      note: `p50 ${median(ours.map(({ p50Ms }) => p50Ms)).toFixed(2)} ms; the load generator took up to ${
        Math.round(share * 100)
      } % of a core`,
    };
  } finally {
    bare.kill();
    await reader.cancel();
    await bare.status;
    await keeper.release();
    await Deno.remove(file);
  }
}
