import assert from "node:assert/strict";
import type { SinkMessage } from "../message.ts";
import { encodeMessages } from "./message_rows.ts";

const options = {
  places: { tenantHeader: "Sluice-Tenant", tenantField: "companyId" },
  maxLineBytes: 1_000,
};

function message(sequence: number, text: string): SinkMessage {
  return {
    sequence,
    requestId: "00000000-0000-8000-8000-000000000000",
    at: 0,
    following: 0,
    subject: "",
    data: new TextEncoder().encode(text),
    header: () => ["t".repeat(256)],
    ack: () => {},
    release: () => {},
  };
}

Deno.test("encodeMessages() makes rows of no more messages than one insert should have, of one at least", () => {
  const many = "1\n".repeat(65_535);
  const messages = [1, 2, 3, 4, 5].map((sequence) => message(sequence, many));
  const { rows, lines, messages: count } = encodeMessages(messages, options);
  // tenant 256 + 2, id 16, source 5, number 4, no fault 1, line 1 + 1
  assert.equal(rows.length, count * 65_535 * 286);
  assert.deepEqual([count, lines], [4, 4 * 65_535]);
  assert.equal(encodeMessages(messages.slice(4), options).messages, 1);
});
