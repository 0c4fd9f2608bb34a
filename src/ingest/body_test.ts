import assert from "node:assert/strict";
import { gzip } from "../../tests/events.ts";
import { openBody } from "./body.ts";

let ms = performance.now();

/** Runs `work` with a clock on which each look takes longer than bodies have in a turn. */
async function withSlowClock(work: () => Promise<void>): Promise<void> {
  const { now } = performance;
  performance.now = () => ms += 6;
  try {
    await work();
  } finally {
    performance.now = now;
  }
}

/** Reads bodies beside each other and returns whose pieces came, and where the event loop turned (a dot). */
async function readBeside(bodies: Record<string, Uint8Array<ArrayBuffer>>, headers = {}): Promise<string> {
  let course = "";
  let isRead = false;
  const other = () => {
    course += ".";
    if (!isRead) setTimeout(other);
  };
  setTimeout(other);
  await Promise.all(
    Object.entries(bodies).map(async ([name, body]) => {
      const request = new Request("http://gateway/", { method: "POST", body, headers });
      const { chunks } = await openBody(request, Infinity);
      for await (const { length } of chunks) course += length ? name : "";
    }),
  );
  isRead = true;
  return course;
}

Deno.test("openBody() lets the event loop turn within a chunk", async () => {
  await withSlowClock(async () => {
    // one chunk of ten pieces
    const course = await readBeside({ a: new Uint8Array(10 * 32_768).fill(0x61) });
    assert.equal(course.replaceAll(".", ""), "a".repeat(10));
    assert.doesNotMatch(course, /aaa/);
  });
});

Deno.test("openBody() lets the event loop turn within a little of gzip that unpacks to much", async () => {
  const packed = await gzip(new Uint8Array(10 * 32_768).fill(0x61));
  assert.ok(packed.length < 1_024);
  await withSlowClock(async () => {
    const course = await readBeside({ a: packed }, { "content-encoding": "gzip" });
    assert.doesNotMatch(course, /aaa/);
  });
});

Deno.test("openBody() has bodies take turns: while one is worked on in a turn, the others are not", async () => {
  await withSlowClock(async () => {
    const body = new Uint8Array(5 * 32_768).fill(0x61);
    const course = await readBeside({ a: body, b: body, c: body });
    assert.equal(course.replaceAll(".", "").length, 15);
    // the last piece of a body and the first of the next may meet
    assert.doesNotMatch(course, /[abc]{4}/);
    assert.match(course, /^[^b]*b[^c]*c/);
    assert.ok(course.lastIndexOf("a") > course.indexOf("c"), course);
  });
});

const mebibyte = 1_048_576;

Deno.test("openBody() refuses a mebibyte of white space on end, wherever it stands", async () => {
  const blank = "\n".repeat(mebibyte + 65_536);
  for (const body of [blank, `{}\n${blank}{}`, `{}${blank}`]) {
    for (const packed of [false, true]) {
      const request = new Request("http://gateway/", {
        method: "POST",
        body: packed ? await gzip(body) : body,
        headers: packed ? { "content-encoding": "gzip" } : {},
      });
      await assert.rejects(
        async () => {
          for await (const _ of (await openBody(request, Infinity)).chunks);
        },
        { message: /white space on end|200 times/ },
      );
    }
  }
});

Deno.test("openBody() refuses gzip that unpacks to more than two hundred times its size", async () => {
  const request = new Request("http://gateway/", {
    method: "POST",
    body: await gzip("x".repeat(64 * mebibyte)),
    headers: { "content-encoding": "gzip" },
  });
  await assert.rejects(
    async () => {
      for await (const _ of (await openBody(request, Infinity)).chunks);
    },
    { message: /unpacks to more than 200 times its size/ },
  );
});
