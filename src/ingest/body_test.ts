import assert from "node:assert/strict";
import { boundMs } from "../../tests/program.ts";
import { openBody } from "./body.ts";

Deno.test("openBody() lets others have their turn while a body's chunks are all there already", async () => {
  const chunk = new TextEncoder().encode("{}\n");
  let turns = 0;
  // without a turn of others it ends at last, and fails
  const end = performance.now() + boundMs;
  const body = new ReadableStream({
    pull: (controller) =>
      turns < 3 && performance.now() < end ? controller.enqueue(chunk) : controller.close(),
  });
  const { chunks } = await openBody(new Request("http://gateway/", { method: "POST", body }), Infinity);
  const others = setInterval(() => turns++);
  let size = 0;
  for await (const { length } of chunks) size += length;
  clearInterval(others);
  assert.ok(size > 3 && turns >= 3, `${turns} turns`);
});
