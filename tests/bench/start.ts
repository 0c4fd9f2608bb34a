import { freePort } from "../../src/tools/engine/free_port.ts";
import { root } from "../../src/hosts/deno/sql_files.ts";
import { startKeeper } from "../keeper.ts";
import { rounds, type Row } from "./rounds.ts";

/** From `deno task dev` to the first answer of a query, with the engine, when the migrations are applied. */
export async function benchStart(): Promise<Row> {
  const dataDir = await Deno.makeTempDir({ prefix: "sluice-start-" });
  const seconds: number[] = [];
  try {
    // the first start migrates
    for (let round = 0; round <= rounds; round++) {
      const took = await startOnce(dataDir);
      if (round > 0) seconds.push(took);
    }
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
  return { what: "start to first answer, engine included", unit: "s", ours: seconds, goal: { atMost: 1.5 } };
}

async function startOnce(dataDir: string): Promise<number> {
  const port = freePort();
  const start = performance.now();
  const dev = new Deno.Command(Deno.execPath(), {
    args: ["task", "dev"],
    cwd: root,
    env: { PORT: String(port), HOST: "127.0.0.1", SLUICE_DATA_DIR: dataDir, SLUICE_DEMO: "0" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keeper = startKeeper();
  await keeper.keep(dev.pid);
  const output = tokenIn(dev.stdout);
  try {
    const token = await output.found;
    const headers = { authorization: `Bearer ${token}` };
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${port}/v1/outreach/overview`, { headers }).catch(() =>
        undefined
      );
      await response?.body?.cancel();
      if (response?.ok) return (performance.now() - start) / 1000;
      if (performance.now() - start > 60_000) throw new Error("No answer within a minute");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    dev.kill("SIGTERM");
    await output.ended;
    await dev.status;
    await keeper.release();
  }
}

/** The first token that the program prints; reads on until it ends. */
function tokenIn(stdout: ReadableStream<Uint8Array>): { found: Promise<string>; ended: Promise<void> } {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  async function read(): Promise<void> {
    let text = "";
    for await (
      const chunk of stdout.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    ) {
      text += chunk;
      const token = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0];
      if (token) resolve(token);
    }
    reject(new Error(`The program ended before it was ready:\n${text}`));
  }
  return { found: promise, ended: read() };
}
