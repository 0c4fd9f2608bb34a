import assert from "node:assert/strict";
import fc from "fast-check";
import { createRowEncoder, type RowEncoder } from "./row_encoder.ts";
import { openBody } from "./body.ts";
import { splitJson, splitLines, type Splitter } from "./split.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A line as it was added, with what the gateway has against it. */
type Line = [text: string, fault?: string];

function collect(): RowEncoder & { added: Line[] } {
  const added: Line[] = [];
  return {
    added,
    add: (bytes, start, end, fault) => {
      const text = decoder.decode(bytes.subarray(start, end));
      added.push(fault ? [text, fault] : [text]);
    },
    skip: () => {},
    take: () => new Uint8Array(),
    size: () => 0,
    lines: () => 0,
  };
}

type Split = (rows: RowEncoder, maxLineBytes: number) => Splitter;

function linesOf(split: Split, chunks: Uint8Array[], maxLineBytes = 1_000): Line[] {
  const rows = collect();
  const splitter = split(rows, maxLineBytes);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return rows.added;
}

const textsOf = (split: Split, text: string) => linesOf(split, [encoder.encode(text)]).map(([line]) => line);

/** The bytes cut at the places that `cuts` names, in any order and more than once. */
function cutAt(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, i) => bytes.slice(places[i], place));
}

/** Objects as a producer's JSON has them, with all that could look like a bracket or a line's end in strings. */
const object = fc.dictionary(
  fc.string({ maxLength: 6 }),
  fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: fc.constantFrom("{", "}", "[", "]", ",", '"', "\\", "\n", "\r", "é", "😀", " ") }),
  ),
  { maxKeys: 4 },
);
const objects = fc.array(object, { maxLength: 6 });
const cuts = fc.array(fc.nat(10_000), { maxLength: 12 });
const separator = fc.constantFrom("\n", "\r\n", "\n\n", " \n\t\n");
const bodies: Record<string, (values: unknown[], separator: string) => string> = {
  "a list": (values) => JSON.stringify(values),
  "a pretty-printed list": (values) => JSON.stringify(values, null, 2),
  "objects one after the other": (values) => values.map((value) => JSON.stringify(value)).join(""),
  "objects with commas between": (values) => values.map((value) => JSON.stringify(value)).join(", "),
  "pretty-printed objects": (values, between) =>
    values.map((value) => JSON.stringify(value, null, "\t")).join(between),
  "NDJSON": (values, between) => values.map((value) => JSON.stringify(value)).join(between),
};

for (const [form, write] of Object.entries(bodies)) {
  Deno.test(`N objects as ${form} are N lines that hold the same values, however the body is chunked`, () => {
    fc.assert(fc.property(objects, separator, cuts, (values, between, cuts) => {
      const chunks = cutAt(encoder.encode(write(values, between)), cuts);
      const lines = linesOf(splitJson, chunks, 100_000);
      assert.deepEqual(lines.filter(([, fault]) => fault), []);
      assert.deepEqual(lines.map(([line]) => JSON.parse(line)), JSON.parse(JSON.stringify(values)));
    }));
  });
}

Deno.test("N objects as NDJSON are N lines of the line splitter too", () => {
  fc.assert(fc.property(objects, separator, cuts, (values, between, cuts) => {
    const body = values.map((value) => JSON.stringify(value)).join(between) + between;
    const lines = linesOf(splitLines, cutAt(encoder.encode(body), cuts), 100_000);
    assert.deepEqual(lines.map(([line]) => JSON.parse(line)), JSON.parse(JSON.stringify(values)));
  }));
});

const debris = fc.string({
  unit: fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "\\", "\n", "\r", " ", "a", "1", "é"),
  maxLength: 60,
});

for (const [name, split] of Object.entries({ splitLines, splitJson })) {
  Deno.test(`${name}() adds the same lines and faults for any chunking of any bytes and any limit`, () => {
    fc.assert(
      fc.property(debris, cuts, fc.integer({ min: 1, max: 12 }), (text, cuts, limit) => {
        const bytes = encoder.encode(text);
        assert.deepEqual(linesOf(split, cutAt(bytes, cuts), limit), linesOf(split, [bytes], limit));
      }),
      { numRuns: 500 },
    );
  });

  Deno.test(`${name}() loses no visible byte of what is neither a bracket of the list nor a comma`, () => {
    fc.assert(
      fc.property(debris, cuts, (text, cuts) => {
        const visible = (each: string) => [...each].filter((char) => !/[\s,[\]]/.test(char)).join("");
        const added = linesOf(split, cutAt(encoder.encode(text), cuts)).map(([line]) => line).join("");
        assert.equal(visible(added), visible(text));
      }),
      { numRuns: 500 },
    );
  });
}

Deno.test("splitLines() skips blank lines, drops carriage returns and takes a last line without a newline", () => {
  assert.deepEqual(textsOf(splitLines, "\n \r\n{a}\r\n\t\n  {b}  \n{c}"), ["{a}", "{b}", "{c}"]);
});

Deno.test("splitJson() ends a value that is cut in a string at the newline and takes the next", () => {
  assert.deepEqual(textsOf(splitJson, '{"a":"x\n{"b":1}'), ['{"a":"x', '{"b":1}']);
});

Deno.test("splitJson() ends a value that is cut after a comma where the next object opens", () => {
  assert.deepEqual(textsOf(splitJson, '{"a":1,\n{"b":1}\n{"c":1}'), ['{"a":1,', '{"b":1}', '{"c":1}']);
});

Deno.test("splitJson() finds the elements after one whose inner list is not closed", () => {
  assert.deepEqual(textsOf(splitJson, '[{"a":[1}, {"b":2}, {"c":3}]'), ['{"a":[1},', '{"b":2}', '{"c":3}']);
});

Deno.test("splitJson() says that a list has no end, besides the element that was cut", () => {
  const lines = linesOf(splitJson, [encoder.encode('[{"a":1},{"b":')]);
  assert.deepEqual(lines, [['{"a":1}'], ['{"b":'], ["", "The list has no end: the body was cut"]]);
});

Deno.test("splitJson() passes on elements that are no objects, each by itself", () => {
  assert.deepEqual(
    textsOf(splitJson, '[1, "a,]b", null, [2, 3], {"c":4}]'),
    ["1", '"a,]b"', "null", "[2, 3]", '{"c":4}'],
  );
});

Deno.test("splitJson() ends a value that nests deeper than any parser reads, and goes on after it", () => {
  const lines = textsOf(splitJson, `{"a":${"[".repeat(5_000)}1\n{"b":1}`);
  assert.equal(lines.at(-1), '{"b":1}');
  assert.ok(lines.length > 2 && lines.every((line) => line.length <= 1_100));
});

for (const split of [splitLines, splitJson]) {
  Deno.test(`${split.name}() takes a line of the longest length, \\r and spaces around it not counted`, () => {
    const line = '{"a":"12"}';
    assert.deepEqual(linesOf(split, [encoder.encode(`  ${line} \r\n${line}`)], line.length), [[line], [
      line,
    ]]);
  });

  Deno.test(`${split.name}() shows the beginning of a line that is too long, and takes those around it`, () => {
    const long = `{"a":"${"x".repeat(5_000)}"}`;
    const chunks = cutAt(encoder.encode(`{"b":1}\n${long}\n{"c":2}`), [3, 100, 2_000]);
    assert.deepEqual(linesOf(split, chunks, 2_000), [
      ['{"b":1}'],
      [long.slice(0, 1024), "The line is longer than 2000 bytes"],
      ['{"c":2}'],
    ]);
  });
}

const request = (chunks: Uint8Array[], type: string) =>
  new Request("http://gateway/", {
    method: "POST",
    headers: { "content-type": type },
    body: ReadableStream.from(chunks) as ReadableStream<Uint8Array>,
  });

async function bodyOf(chunks: Uint8Array[], type: string): Promise<{ isJson: boolean; text: string }> {
  const body = await openBody(request(chunks, type), 1_000);
  let text = "";
  for await (const chunk of body.chunks) text += decoder.decode(chunk, { stream: true });
  return { isJson: body.isJson, text };
}

Deno.test("openBody() drops a byte order mark and tells a list by its bracket, however the body is chunked", async () => {
  const body = fc.tuple(
    fc.boolean(),
    fc.constantFrom("", " ", "\r\n\t "),
    fc.constantFrom("[1]", "{}", "x", ""),
  );
  await fc.assert(fc.asyncProperty(body, cuts, async ([hasMark, space, rest], cuts) => {
    const bytes = new Uint8Array([...hasMark ? [0xef, 0xbb, 0xbf] : [], ...encoder.encode(space + rest)]);
    assert.deepEqual(await bodyOf(cutAt(bytes, cuts), "application/x-ndjson"), {
      isJson: rest === "[1]",
      text: space + rest,
    });
  }));
});

Deno.test("openBody() takes application/json and its relatives for JSON, whatever they begin with", async () => {
  for (
    const type of ["application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json"]
  ) {
    assert.equal((await bodyOf([encoder.encode("{}")], type)).isJson, true, type);
  }
  for (const type of ["application/x-ndjson", "text/plain", "application/jsonx"]) {
    assert.equal((await bodyOf([encoder.encode("{}")], type)).isJson, false, type);
  }
});

/** Reads RowBinary back, by the format's description: an independent decoder. */
function decodeRows(bytes: Uint8Array): { strings: string[]; uuid: string; line: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const readString = () => {
    let length = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++];
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    return decoder.decode(bytes.subarray(at, at += length));
  };
  const readUuid = () => {
    const [high, low] = [view.getBigUint64(at, true), view.getBigUint64(at + 8, true)];
    at += 16;
    return ((high << 64n) | low).toString(16).padStart(32, "0");
  };
  const rows = [];
  while (at < bytes.length) {
    const tenant = readString();
    const uuid = readUuid();
    const source = readString();
    const line = view.getUint32(at, true);
    at += 4;
    rows.push({ strings: [tenant, source, readString(), readString()], uuid, line });
  }
  return rows;
}

Deno.test("createRowEncoder() numbers rows from where it is told, past lines that are none", () => {
  const rows = createRowEncoder({
    tenantId: "t",
    requestId: crypto.randomUUID(),
    source: "s",
    firstLine: 300,
  });
  rows.add(encoder.encode("a"), 0, 1);
  rows.skip(70_000);
  rows.add(encoder.encode("b"), 0, 1);
  assert.deepEqual(decodeRows(rows.take()).map(({ line }) => line), [300, 70_301]);
  assert.equal(rows.lines(), 2);
});

Deno.test("createRowEncoder() writes rows that read back, of any lengths, over several takes", () => {
  const length = fc.constantFrom(0, 1, 127, 128, 129, 16_383, 16_384, 70_000);
  const line = fc.tuple(length, fc.constantFrom("", "The line is too long"), fc.boolean());
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc.uuid(),
      fc.array(line),
      (tenantId, id, lines) => {
        const rows = createRowEncoder({ tenantId, requestId: id, source: "http" });
        const decoded: ReturnType<typeof decodeRows> = [];
        for (const [length, fault, taken] of lines) {
          rows.add(encoder.encode(`<${"x".repeat(length)}>`), 1, length + 1, fault);
          if (taken) decoded.push(...decodeRows(rows.take()));
        }
        assert.equal(rows.lines(), lines.length);
        decoded.push(...decodeRows(rows.take()));
        assert.equal(rows.size(), 0);
        assert.deepEqual(
          decoded,
          lines.map(([length, fault], i) => ({
            strings: [tenantId, "http", fault, "x".repeat(length)],
            uuid: id.replaceAll("-", ""),
            line: i + 1,
          })),
        );
      },
    ),
    { numRuns: 50 },
  );
});
