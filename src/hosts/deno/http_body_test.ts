import assert from "node:assert/strict";
import fc from "fast-check";
import { createBodyReader, type Framing } from "./http_body.ts";

const encoder = new TextEncoder();

/** What comes out of a body whose bytes come in pieces; the first ones stand after the head already. */
async function readAll(wire: Uint8Array, framing: Framing, cuts: number[], first: number) {
  const buffer = new Uint8Array(8_192);
  const head = Math.min(first % (wire.length + 1), 4_000);
  buffer.set(wire.subarray(0, head), 100);
  let at = head;
  let turn = 0;
  const reader = createBodyReader(buffer, 100, 100 + head, framing, (rest) => {
    if (at === wire.length) return Promise.resolve(null);
    assert.ok(rest.length > 0, "there is room to read into");
    const count = Math.min(rest.length, wire.length - at, 1 + (cuts[turn++ % cuts.length] ?? 0));
    rest.set(wire.subarray(at, at + count));
    at += count;
    return Promise.resolve(count);
  });
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let piece = await reader.next(); piece; piece = await reader.next()) {
    assert.ok(piece.length > 0);
    pieces.push(piece);
  }
  return { data: new Uint8Array(await new Blob(pieces).arrayBuffer()), isDone: reader.isDone() };
}

/** The bytes in chunks, as RFC 9112, section 7.1 has them. */
function chunked(chunks: Uint8Array[], more = ""): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const chunk of chunks) {
    parts.push(encoder.encode(`${chunk.length.toString(16)}\r\n`), chunk, encoder.encode("\r\n"));
  }
  parts.push(encoder.encode(`0\r\n${more}\r\n`));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const bytes = fc.uint8Array({ maxLength: 3_000 });
const cuts = fc.array(fc.nat(2_000), { minLength: 1, maxLength: 5 });

Deno.test("createBodyReader() reads chunks, however they come in", async () => {
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 3_000 });
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), cuts, fc.nat(), async (chunks, cuts, first) => {
      const { data, isDone } = await readAll(chunked(chunks), { kind: "chunked" }, cuts, first);
      assert.deepEqual([...data], chunks.flatMap((chunk) => [...chunk]));
      assert.ok(isDone, "nothing is left of the connection's bytes");
    }),
  );
});

Deno.test("createBodyReader() reads as many bytes as were told, or all until the connection ends", async () => {
  await fc.assert(fc.asyncProperty(bytes, cuts, fc.nat(), async (wire, cuts, first) => {
    const told = await readAll(wire, { kind: "length", bytes: wire.length }, cuts, first);
    assert.deepEqual([[...told.data], told.isDone], [[...wire], true]);
    const open = await readAll(wire, { kind: "close" }, cuts, first);
    assert.deepEqual([[...open.data], open.isDone], [[...wire], false]);
  }));
});

Deno.test("createBodyReader() fails when the connection ends first, wherever that is", async () => {
  const wire = chunked([encoder.encode("{}\n".repeat(500))]);
  for (const length of [0, 1, 2, 3, 4, 5, 100, wire.length - 6, wire.length - 3, wire.length - 1]) {
    await assert.rejects(readAll(wire.slice(0, length), { kind: "chunked" }, [50], 0), /ended before/);
  }
  await assert.rejects(readAll(wire.slice(0, 9), { kind: "length", bytes: 10 }, [3], 0), /ended before/);
});

Deno.test("createBodyReader() skips what stands after a size, and trailers; it refuses what is no chunk", async () => {
  const wire = encoder.encode("3;name=value\r\nabc\r\n0\r\nx-more: 1\r\n\r\n");
  const { data, isDone } = await readAll(wire, { kind: "chunked" }, [0], 0);
  assert.deepEqual([new TextDecoder().decode(data), isDone], ["abc", true]);
  for (
    const broken of ["xyz\r\nabc\r\n", "\r\n", "2\r\nabc\r\n0\r\n\r\n", "f".repeat(20), "1".repeat(5_000)]
  ) {
    await assert.rejects(readAll(encoder.encode(`${broken}\r\n`), { kind: "chunked" }, [0], 0));
  }
});

Deno.test("createBodyReader() leaves what belongs to no body", async () => {
  const wire = encoder.encode("3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK");
  const { data, isDone } = await readAll(wire, { kind: "chunked" }, [1_000], 0);
  assert.deepEqual([new TextDecoder().decode(data), isDone], ["abc", false]);
});
