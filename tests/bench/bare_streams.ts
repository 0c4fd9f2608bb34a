// The reference of the live rows: streams of frames that are made here and cost nothing else. Prints the port.
const [tenants, deliveriesPerSecond] = Deno.args.map(Number);
const channels = Array.from(
  { length: tenants },
  () => new Set<ReadableStreamDefaultController<Uint8Array>>(),
);
const text = new TextEncoder();
let timer: ReturnType<typeof setInterval> | undefined;
let sent = 0;

/** As many events as come to the deliveries, of one tenant after the other, each hundredth of a second those that are due. */
function start(streams: number): void {
  const eventsPerMs = deliveriesPerSecond / (streams / tenants) / 1_000;
  const begin = performance.now();
  let next = 0;
  timer = setInterval(() => {
    for (const due = (performance.now() - begin) * eventsPerMs; next < due;) {
      const frame = text.encode(`id: ${next}\ndata: {"sentAt":${Date.now()}}\n\n`);
      for (const controller of channels[next++ % tenants]) {
        controller.enqueue(frame);
        sent++;
      }
    }
  }, 10);
}

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/start") start(Number(searchParams.get("streams")));
  if (pathname === "/stop") clearInterval(timer);
  if (pathname !== "/") return new Response(String(sent));
  const channel = channels[Number(request.headers.get("authorization")!.split(" ")[1])];
  let own: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      own = controller;
      channel.add(controller);
      controller.enqueue(text.encode(": live\n\n"));
    },
    cancel: () => void channel.delete(own),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
});
// deno-lint-ignore no-console -- for the program that started it
console.log(server.addr.port);
