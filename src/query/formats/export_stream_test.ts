import assert from "node:assert/strict";
import fc from "fast-check";
import { breakOnException } from "./export_stream.ts";

const tag = "uogrenpmnzycolde";
const rows = '{"n":1}\n{"n":"__exception__\\r\\n"}\n__exception__\r\n';
const block =
  `\r\n__exception__\r\n${tag}\r\nCode: 159. DB::Exception: bad 'alice'\r\n38 ${tag}\r\n__exception__\r\n`;

/** What comes out of an export in chunks: its text, and what was told when it broke. */
async function pass(
  text: string,
  cuts: number[],
  tag: string | null,
): Promise<{ text: string; broken?: string }> {
  const bytes = new TextEncoder().encode(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const chunks = places.slice(1).map((place, i) => bytes.slice(places[i], place)).filter((chunk) =>
    chunk.length
  );
  let broken: string | undefined;
  const body = ReadableStream.from(chunks) as ReadableStream<Uint8Array<ArrayBuffer>>;
  let passed = "";
  try {
    for await (const chunk of breakOnException(body, tag, (cause) => broken = cause)) {
      passed += new TextDecoder().decode(chunk);
    }
  } catch (error) {
    assert.ok(broken !== undefined, String(error));
    return { text: passed, broken };
  }
  return { text: passed };
}

const cuts = fc.array(fc.nat(1_000), { maxLength: 10 });

Deno.test("breakOnException() fails on the exception block, however the export is chunked", async () => {
  await fc.assert(fc.asyncProperty(cuts, async (cuts) => {
    const { text, broken } = await pass(rows + block, cuts, tag);
    assert.ok((rows + block).startsWith(text) && !text.includes(`__exception__\r\n${tag}`));
    assert.ok(broken !== undefined && !broken.includes("alice"));
  }));
});

Deno.test("breakOnException() tells the engine's message without the values in it", async () => {
  assert.equal((await pass(rows + block, [], tag)).broken, "Code 159: bad '…'");
});

Deno.test("breakOnException() passes on all other bytes, also what only looks like the block", async () => {
  await fc.assert(fc.asyncProperty(cuts, async (cuts) => {
    assert.deepEqual(await pass(rows + rows, cuts, tag), { text: rows + rows });
    assert.deepEqual(await pass(rows + block, cuts, null), { text: rows + block });
  }));
});

Deno.test("breakOnException() fails when the export breaks off, and tells why", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new TypeError("the connection is gone")),
  });
  let told = "";
  const stream = breakOnException(body, tag, (cause) => told = cause);
  await assert.rejects(new Response(stream).text());
  assert.equal(told, "the connection is gone");
});
