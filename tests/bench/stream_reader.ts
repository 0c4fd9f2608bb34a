// Opens streams, says when all are open, and at the end of its input how late their events came: `"sentAt":<ms>` in each.
const [url, count] = Deno.args;
const { hostname, port, pathname } = new URL(url);
const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
const tokens: string[] = JSON.parse((await input.read()).value!);
const late: number[] = [];
const decoder = new TextDecoder("latin1");

async function read(connection: Deno.Conn, onOpen: () => void): Promise<void> {
  const buffer = new Uint8Array(4_096);
  let rest = "";
  for (let isOpen = false;;) {
    const length = await connection.read(buffer).catch(() => null);
    if (length === null) return;
    const now = Date.now();
    const text = rest + decoder.decode(buffer.subarray(0, length));
    if (!isOpen && /\n(: live|id: )|"id":/.test(text)) {
      isOpen = true;
      onOpen();
    }
    let end = 0;
    for (const match of text.matchAll(/"sentAt":(\d{13})\D/g)) {
      late.push(now - Number(match[1]));
      end = match.index + match[0].length;
    }
    rest = text.slice(Math.max(end, text.length - 32));
  }
}

async function open(token: string): Promise<void> {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const kind = pathname.endsWith("/socket")
    ? "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=="
    : "accept: text/event-stream";
  const head =
    `GET ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${token}\r\n${kind}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  await new Promise<void>((resolve) => void read(connection, resolve));
}

for (let i = 0; i < Number(count); i += 100) {
  await Promise.all(Array.from({ length: 100 }, (_, j) => open(tokens[(i + j) % tokens.length])));
}
// deno-lint-ignore no-console -- for the program that started it
console.log("open");
while (!(await input.read()).done);
late.sort((a, b) => a - b);
const at = (share: number) => late[Math.min(late.length - 1, Math.floor(share * late.length))];
// deno-lint-ignore no-console -- for the program that started it
console.log(JSON.stringify({ p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), events: late.length }));
Deno.exit(0);
