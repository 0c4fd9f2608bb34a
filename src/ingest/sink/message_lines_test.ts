import assert from "node:assert/strict";
import { linesOf, maxLines } from "./message_lines.ts";

const utf8 = new TextDecoder();

/** The lines as texts, with what is wrong with them. */
function lines(text: string, maxLineBytes = 1_000): (string | [string, string])[] {
  return linesOf(new TextEncoder().encode(text), maxLineBytes).map(({ bytes, start, end, fault }) => {
    const line = utf8.decode(bytes.subarray(start, end));
    return fault ? [line, fault] : line;
  });
}

Deno.test("linesOf() has one for a single object, over as many lines as it likes", () => {
  for (
    const text of ['{"a":1}', '{\n  "a": [\n    {}\n  ]\n}', '{"a":{}\n,"b":{}}', '{"a":\n{"b":1}}', "text"]
  ) {
    assert.deepEqual(lines(` ${text}\r\n`), [text]);
  }
});

Deno.test("linesOf() has the objects of NDJSON, of a list, and of a sequence", () => {
  assert.deepEqual(lines('{"a":1}\n{"b":2}\r\n\n {"c":3} \n'), ['{"a":1}', '{"b":2}', '{"c":3}']);
  assert.deepEqual(lines('[{"a":1},\n{"b":[2,\n3]}]'), ['{"a":1}', '{"b":[2,\n3]}']);
  assert.deepEqual(lines('[{"a":1}]'), ['{"a":1}']);
  assert.deepEqual(lines('{\n"a":1\n}\n{\n"b":2\n}'), ['{\n"a":1\n}', '{\n"b":2\n}']);
});

Deno.test("linesOf() keeps the lines of NDJSON around one that is broken", () => {
  assert.deepEqual(lines('{"a":1}\n{"b":\n{"c":3}\nx'), ['{"a":1}', '{"b":', '{"c":3}', "x"]);
  assert.deepEqual(lines('x\n{"b":2}'), ["x", '{"b":2}']);
});

Deno.test("linesOf() tells of an empty message, of long lines and of too many", () => {
  assert.deepEqual(lines(" \n"), [["", "The message is empty"]]);
  assert.deepEqual(lines(" [ ] "), [["[ ]", "The message is empty"]]);
  const long = "The line is longer than 4 bytes";
  assert.deepEqual(lines('{"a":1}', 4), [['{"a"', long]]);
  assert.deepEqual(lines('{}\n{"a":1}\n{}', 4), ["{}", ['{"a"', long], "{}"]);
  assert.equal(lines("{}\n".repeat(maxLines)).length, maxLines);
  assert.deepEqual(lines("{}\n".repeat(maxLines + 1)), [["", "The message has more than 65535 lines"]]);
});
