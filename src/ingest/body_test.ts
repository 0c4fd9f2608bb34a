import assert from "node:assert/strict";
import { openBody } from "./body.ts";

Deno.test("openBody() lets others have their turn while a body's chunks are all there already", async () => {
  const chunk = new TextEncoder().encode("{}\n");
  const end = performance.now() + 200;
  const body = new ReadableStream({
    pull: (controller) => performance.now() < end ? controller.enqueue(chunk) : controller.close(),
  });
  const { chunks } = await openBody(new Request("http://gateway/", { method: "POST", body }), Infinity);
  let turns = 0;
  const others = setInterval(() => turns++);
  let size = 0;
  for await (const { length } of chunks) size += length;
  clearInterval(others);
  assert.ok(size > 3 && turns >= 3, `${turns} turns`);
});
