import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson, RepeatedKey } from "./parse_json.ts";

Deno.test("parseJson() returns what JSON.parse() does of anything that has no key twice", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    assert.deepEqual(parseJson(text), JSON.parse(text));
  }));
});

const repeated: [text: string, key: string, isTop: boolean][] = [
  ['{"a":1,"a":1}', "a", true],
  ['{"a" : 1,\n "b": "\\"a\\":", "a"\t:2}', "a", true],
  ['{"\\u0061":1,"a":2}', "a", true],
  ['{"a\\"":1,"a\\u0022":2}', 'a"', true],
  ['{"":1,"":2}', "", true],
  ['{"__proto__":1,"__proto__":2}', "__proto__", true],
  ['[{"x":{"a":1,"b":{"a":1},"a":2}}]', "a", false],
  ['{"a":[{"b":1},{"b":1,"c":"}","b":2}]}', "b", false],
];
for (const [text, key, isTop] of repeated) {
  Deno.test(`parseJson() refuses ${text}`, () => {
    assert.throws(() => parseJson(text), (error) => {
      assert.ok(error instanceof RepeatedKey);
      assert.deepEqual([error.key, error.isTop], [key, isTop]);
      return true;
    });
  });
}

Deno.test("parseJson() takes a key again in another object, and in strings", () => {
  for (const text of ['{"a":{"a":[{"a":1},{"a":2}]}}', '{"a":"a","b":"\\"a\\":","c":["a","a"]}']) {
    assert.deepEqual(parseJson(text), JSON.parse(text));
  }
});

Deno.test("parseJson() reads long strings, escapes and deep lists", () => {
  for (
    const text of [`"${"x".repeat(1e6)}"`, `"${"\\n".repeat(5e5)}"`, "[".repeat(3_000) + "]".repeat(3_000)]
  ) {
    assert.deepEqual(JSON.stringify(parseJson(text)), JSON.stringify(JSON.parse(text)));
  }
  assert.throws(() => parseJson('{"a":1'), SyntaxError);
});
