import { gzip } from "../events.ts";

// Whether hostile bodies hold up others: `deno run -A tests/bench/crowd.ts URL TOKEN [PATH]`, against a running gateway.
// Twenty clients send gzip of blank lines, gzip of one long line, long single lines and deep JSON, over and over, while
// others ask; prints how long those waited, alone and in the crowd.

const [url, token, path = "/health/live"] = Deno.args;
const authorization = `Bearer ${token}`;
const seconds = 10;
const askers = 4;
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

/** Milliseconds of each request that others send until `isOver`. */
async function ask(isOver: () => boolean): Promise<number[]> {
  const waits: number[] = [];
  await Promise.all(Array.from({ length: askers }, async () => {
    while (!isOver()) {
      const start = performance.now();
      const response = await fetch(url + path, { headers: { authorization } });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      waits.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }));
  return waits.sort((a, b) => a - b);
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

/** Has twenty clients send the bodies while others ask. */
async function crowd(kinds: typeof bodies): Promise<{ waits: number[]; answers: Map<number, number> }> {
  const end = performance.now() + seconds * 1_000;
  const isOver = () => performance.now() > end;
  const answers = new Map<number, number>();
  const clients = Array.from({ length: 20 }, async (_, i) => {
    const [, body, headers] = kinds[i % kinds.length];
    while (!isOver()) {
      const response = await fetch(`${url}/v1/events/outreach`, {
        method: "POST",
        body,
        headers: { authorization, ...headers },
      }).catch(() => undefined);
      await response?.arrayBuffer().catch(() => {});
      const status = response?.status ?? 0;
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  });
  const waits = await ask(isOver);
  await Promise.all(clients);
  return { waits, answers };
}

const end = performance.now() + seconds * 1_000;
print("alone", await ask(() => performance.now() > end));
for (const kinds of [...bodies.map((kind) => [kind]), bodies]) {
  const { waits, answers } = await crowd(kinds);
  const name = kinds.length > 1 ? "all of them" : kinds[0][0];
  const told = [...answers].map(([status, count]) => `${count} × ${status || "cut"}`).join(", ");
  print(`${name} (${told})`, waits);
}
