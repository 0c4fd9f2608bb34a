const encoder = new TextEncoder();

/** Messages that are no line of any stream, whatever they try. */
export function hostileMessages(): (string | Uint8Array)[] {
  const random = randomBytes(7);
  return [
    " ",
    "\n",
    "\0",
    "\0".repeat(1_000),
    "null",
    "[]",
    '"text"',
    "{}",
    "{",
    "}",
    "{{",
    '{"id":',
    '{"id": {}}',
    '{"id": [[[[]]]], "occurredAt": {}}',
    '{"id": 1e400}',
    `{"id": ${"9".repeat(400)}}`,
    '{"id": "\\ud800", "occurredAt": "\\udfff"}',
    '{"id": "a", "id": "b"}',
    '{"a": {"b": 1, "b": 2}}',
    '{"id": "x", "occurredAt": "0000-00-00T99:99:99Z"}',
    '{"id": "x", "occurredAt": 99999999999999999999, "createdAt": -99999999999999999999}',
    '{"id": "x", "score": "NaN", "value": "Infinity", "employees": "-1"}',
    '{"metadata": "{\\"a\\":", "data": "no object"}',
    "{".repeat(5_000),
    '{"a":'.repeat(5_000),
    "[".repeat(100_000),
    `{"id": "${"x".repeat(900_000)}"}`,
    `\u{feff}{"id": "x"}`,
    encoder.encode('{"id": "x"}').map((byte, i) => i === 8 ? 0xff : byte),
    new Uint8Array([0xff, 0xfe, 0xfd]),
    new Uint8Array([0xed, 0xa0, 0x80]),
    "'); DROP TABLE outreach_events; --",
    "{tenantId:String}",
    ...Array.from({ length: 100 }, (_, i) => random(1 + i * 7)),
  ];
}

/** Returns a maker of bytes, the same ones each time (a linear congruential generator). */
function randomBytes(seed: number): (length: number) => Uint8Array {
  let state = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 16;
    });
}
