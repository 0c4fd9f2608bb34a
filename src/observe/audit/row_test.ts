import assert from "node:assert/strict";
import type { EndedRequest } from "../../http/requests.ts";
import { createRowWriter } from "./row.ts";

const instance = "00112233-4455-6677-8899-aabbccddeeff";

/** A row of a tenant; all else is empty or 0. */
function rowOf(tenantId: string): EndedRequest {
  return {
    at: 0,
    startedAt: 0,
    isAudited: true,
    correlationId: undefined,
    file: "",
    requestId: "00000000-0000-0000-0000-000000000000",
    tenantId,
    subject: "",
    method: "",
    path: "",
    query: "",
    parametersHash: 0n,
    status: 0,
    problem: "",
    cache: "",
    durationMs: 0,
    clickHouseMs: 0,
    rowsRead: 0,
    bytesRead: 0,
    bytesSent: 0,
  };
}

Deno.test("createRowWriter() writes text of any length in UTF-8 after its length", () => {
  for (
    const text of [
      "",
      "acme",
      "a".repeat(127),
      "a".repeat(128),
      "a".repeat(70_000),
      "Zoë",
      "日本".repeat(40),
      "a😀",
    ]
  ) {
    const writer = createRowWriter(instance);
    writer.add(rowOf(text));
    assert.equal(writer.rows(), 1);
    const bytes = writer.take();
    const encoded = new TextEncoder().encode(text);
    // after an instant of 8 bytes and a UUID of 16: seven bits a byte, the lowest first
    let at = 24;
    let length = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++];
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    assert.equal(length, encoded.length);
    assert.deepEqual(bytes.subarray(at, at + length), encoded);
    assert.equal(writer.rows(), 0);
    assert.equal(writer.take().length, 0);
  }
});

Deno.test("createRowWriter() ends each row with the gateway's id, its halves little-endian", () => {
  const writer = createRowWriter(instance);
  writer.add(rowOf("a"));
  writer.add(rowOf("b"));
  const bytes = writer.take();
  assert.equal(bytes.subarray(-16).toHex(), "7766554433221100ffeeddccbbaa9988");
  assert.equal(bytes.subarray(0, bytes.length / 2).subarray(-16).toHex(), "7766554433221100ffeeddccbbaa9988");
});
