// Reads what many clients have missed, and says how long that took. Its input is the token.
const [url, id, count, events] = Deno.args;
const token = (await new Response(Deno.stdin.readable).text()).trim();
const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream", "last-event-id": id };
const frame = new TextEncoder().encode("\ndata: {");
const begin = performance.now();

async function read(): Promise<number> {
  const response = await fetch(`${url}/v1/stream/updates`, { headers });
  let got = 0;
  let rest = new Uint8Array();
  for await (const chunk of response.body!) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    let at = 0;
    for (;;) {
      const found = indexOf(bytes, at);
      if (found < 0) break;
      got++;
      at = found + frame.length;
    }
    rest = bytes.slice(Math.max(at, bytes.length - frame.length + 1));
    if (got >= Number(events)) break;
  }
  return got;
}

/** Where a frame's data begins, from a place on; -1 when it does not. */
function indexOf(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (frame.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

const got = await Promise.all(Array.from({ length: Number(count) }, read));
const total = got.reduce((sum, each) => sum + each, 0);
// deno-lint-ignore no-console -- for the program that started it
console.log(`${total} events in ${Math.round(performance.now() - begin)} ms`);
Deno.exit(0);
