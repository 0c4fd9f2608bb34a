import { gzip } from "../events.ts";

// Whether hostile bodies hold up others: `deno run -A tests/bench/crowd.ts URL TOKEN [PATH [KIND]]`, against a running gateway.
// Twenty clients send gzip of blank lines, gzip of one long line, long single lines and deep JSON, again and again, while
// others ask; prints how long those waited, alone and in the crowd. They ask from a thread of their own: what is measured
// is the gateway, not this program, which is busy with its bodies.

const [url, token, path = "/health/live", only] = Deno.args;
const authorization = `Bearer ${token}`;
const seconds = 10;
const mebibyte = 1_048_576;

const packed = { "content-encoding": "gzip" };
const bodies: [name: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string>][] = [
  ["gzip of 64 MiB of newlines", await gzip("\n".repeat(64 * mebibyte)), packed],
  ["gzip of a line of 64 MiB", await gzip("x".repeat(64 * mebibyte)), packed],
  ["gzip of short lines, near the ratio", await gzip(shortLines(16 * mebibyte)), packed],
  ["a line of 16 MiB", new Uint8Array(16 * mebibyte).fill(0x78), {}],
  ["deep lists", new Uint8Array(4 * mebibyte).fill(0x5b), { "content-type": "application/json" }],
];

/** Lines of which a fiftieth does not repeat. */
function shortLines(bytes: number): string {
  const block = () => `${crypto.randomUUID()}\n${"{}\n".repeat(600)}`;
  return Array.from({ length: bytes / 1_837 }, block).join("");
}

/** Milliseconds of each request that others send in these seconds, the shortest first. */
function ask(): Promise<number[]> {
  const asker = new Worker(new URL("./crowd_asker.ts", import.meta.url), { type: "module" });
  asker.postMessage({ url: url + path, authorization, seconds });
  return new Promise((resolve, reject) => {
    asker.onmessage = ({ data }) => {
      asker.terminate();
      resolve(data.sort((a: number, b: number) => a - b));
    };
    asker.onerror = (event) => reject(new Error(event.message));
  });
}

function print(name: string, waits: number[]): void {
  const at = (share: number) => waits[Math.floor(waits.length * share)].toFixed(1);
  // deno-lint-ignore no-console -- a program for a terminal
  console.log(
    `${name}: ${waits.length} requests, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${
      waits.at(-1)!.toFixed(1)
    } ms`,
  );
}

/** Has twenty clients send the bodies while others ask. What is under way when those have asked is cut. */
async function crowd(kinds: typeof bodies): Promise<{ waits: number[]; answers: Map<number, number> }> {
  const over = new AbortController();
  const answers = new Map<number, number>();
  const clients = Array.from({ length: 20 }, async (_, i) => {
    const [, body, headers] = kinds[i % kinds.length];
    while (!over.signal.aborted) {
      const response = await fetch(`${url}/v1/events/outreach`, {
        method: "POST",
        body,
        headers: { authorization, ...headers },
        signal: over.signal,
      }).catch(() => undefined);
      await response?.arrayBuffer().catch(() => {});
      if (over.signal.aborted) return;
      const status = response?.status ?? 0;
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  });
  const waits = await ask();
  over.abort();
  await Promise.all(clients);
  return { waits, answers };
}

print("alone", await ask());
for (const kinds of only ? [[bodies[Number(only) - 1]]] : [...bodies.map((kind) => [kind]), bodies]) {
  const { waits, answers } = await crowd(kinds);
  const name = kinds.length > 1 ? "all of them" : kinds[0][0];
  const told = [...answers].map(([status, count]) => `${count} × ${status || "cut"}`).join(", ");
  print(`${name} (${told})`, waits);
}
