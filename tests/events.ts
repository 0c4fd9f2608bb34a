/** A good event of the stream outreach, with an id of its own. */
export function event(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: crypto.randomUUID(),
    eventType: "message_sent",
    entityId: crypto.randomUUID(),
    channel: "email",
    occurredAt: "2026-03-10T12:00:00Z",
    ...changes,
  };
}

/** Good events. */
export function events(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, () => event());
}

/** Values as NDJSON, without a newline at the end. */
export function ndjson(values: unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join("\n");
}

/** A body as gzip. */
export async function gzip(body: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** NDJSON of whole thousands of events of 300 bytes, a thousand at a time; line 501 of each thousand is broken. */
export function manyEvents(count: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const block = 1_000;
  let made = 0;
  return new ReadableStream({
    pull(controller) {
      if (made === count) return controller.close();
      const lines = events(block).map((value) => JSON.stringify(value).padEnd(299));
      lines[block / 2] = "x".repeat(299);
      made += block;
      controller.enqueue(new TextEncoder().encode(`${lines.join("\n")}\n`));
    },
  });
}
