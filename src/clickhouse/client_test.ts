import assert from "node:assert/strict";
import { engineOptions } from "../../tests/gateway.ts";
import {
  type ClickHouseOptions,
  createClickHouse,
  readBytes,
  readRows,
  run,
  type Statement,
} from "./client.ts";
import { ClickHouseError, ClickHouseUnreachable } from "./exception.ts";
import { escapeString } from "./string_literal.ts";
import { createTcpFetch } from "../hosts/deno/tcp_fetch.ts";
import type { Transport } from "./transport.ts";

const hostile = ["", "\\", "\\N", "a\tb\nc\r\0", "'; DROP TABLE x --", '"{}"&param_x=1#', "ключ 🔑", "NULL"];

/** Something that speaks HTTP in ClickHouse's place, as a proxy or a broken network does. */
async function withPeer(
  answer: (request: Request, asked: number) => Response | Promise<Response>,
  work: (options: ClickHouseOptions, requests: Request[]) => Promise<void>,
): Promise<void> {
  const requests: Request[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, onError: () => new Response() },
    (request) => {
      requests.push(request.clone());
      return answer(request, requests.length);
    },
  );
  const options = { user: "sluice", password: "secret", database: "sluice" };
  try {
    await work({ url: `http://127.0.0.1:${server.addr.port}`, ...options }, requests);
  } finally {
    await server.shutdown();
  }
}

/** A server that closes each connection as soon as a request has come. */
async function withCloser(
  work: (options: ClickHouseOptions, asked: () => number) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  let asked = 0;
  const closing = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(65_536));
      asked++;
      connection.close();
    }
  })();
  const url = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  try {
    await work({ url, user: "sluice", password: "secret", database: "sluice" }, () => asked);
  } finally {
    listener.close();
    await closing;
  }
}

testWith("fetch", fetch);
testWith("createTcpFetch()", createTcpFetch());

function testWith(name: string, transport: Transport): void {
  const engine = createClickHouse(engineOptions(), transport);
  const test = (sentence: string, work: () => Promise<void>) => Deno.test(`${sentence}, over ${name}`, work);

  for (const length of [0, 20_000]) {
    test(`createClickHouse() binds text as it is, beside ${length} more characters`, async () => {
      const texts = Object.fromEntries(hostile.map((text, i) => [`p${i}`, text]));
      const [row] = await readRows<Record<string, string>>(engine, {
        sql: `SELECT ${
          Object.keys(texts).map((name) => `{${name}:String} AS ${name}`)
        }, length({more:String}) AS more`,
        parameters: {
          ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, escapeString(text)])),
          more: "'".repeat(length),
        },
      });
      assert.deepEqual(row, { ...texts, more: length });
    });
  }

  test("createClickHouse() keeps the code of a failure and all its text, however long", async () => {
    const sentence = "a b ".repeat(4_000).trim();
    await assert.rejects(
      run(engine, {
        sql: "SELECT throwIf(number = 0, {why:String}) FROM numbers(1)",
        parameters: { why: sentence },
      }),
      (error) => error instanceof ClickHouseError && error.code === 395 && error.message.includes(sentence),
    );
  });

  test("createClickHouse() throws the reason of a signal that has fired and sends nothing", async () => {
    await withPeer(() => new Response(), async (options, requests) => {
      const signal = AbortSignal.abort(new Error("Left"));
      await assert.rejects(createClickHouse(options, transport)({ sql: "SELECT 1", signal }), /Left/);
      assert.equal(requests.length, 0);
    });
  });

  test("createClickHouse() stops all statements of one signal, before their heads and in the middle of their bodies", async () => {
    const begun = Promise.withResolvers<void>();
    const leaving = new AbortController();
    const endless = () => new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(1_000)) });
    const silent = Promise.withResolvers<Response>();
    await withPeer((_, asked) => {
      if (asked > 2) return new Response(endless());
      if (asked === 2) begun.resolve();
      return silent.promise;
    }, async (options) => {
      const ask = (): Statement => ({ sql: "SELECT 1", signal: leaving.signal });
      const clickHouse = createClickHouse(options, transport);
      const waiting = [clickHouse(ask()), clickHouse(ask())];
      await begun.promise;
      const reading = readBytes(await clickHouse(ask()), leaving.signal);
      leaving.abort(new Error("Left"));
      for (const each of await Promise.allSettled([...waiting, reading])) {
        assert.equal(each.status === "rejected" && each.reason.message, "Left");
      }
      silent.resolve(new Response());
    });
  });

  test("createClickHouse() waits as long as its caller does", async () => {
    const { setTimeout } = globalThis;
    const delays: unknown[] = [];
    await withPeer(() => new Response(), async (options) => {
      const clickHouse = createClickHouse(options, transport);
      globalThis.setTimeout = Object.assign((...given: Parameters<typeof setTimeout>) => {
        delays.push(given[1]);
        return setTimeout(...given);
      }, setTimeout);
      try {
        await run(clickHouse, { sql: "SELECT 1" });
      } finally {
        globalThis.setTimeout = setTimeout;
      }
    });
    assert.deepEqual(delays, [2_147_483_647]);
  });

  test("createClickHouse() gives an answer without a body as one", async () => {
    await withPeer(() => new Response(null, { status: 204 }), async (options) => {
      assert.equal(
        (await readBytes(await createClickHouse(options, transport)({ sql: "SELECT 1" }))).length,
        0,
      );
    });
  });

  for (const once of [false, true]) {
    test(`createClickHouse() sends path, database and credentials as they are given: ${once ? "rows" : "SQL"}`, async () => {
      await withPeer(() => new Response(), async ({ url }, requests) => {
        const options = {
          url: `${url}/click/house`,
          user: "sluice",
          password: "пароль:1",
          database: "default",
        };
        const body = once ? new TextEncoder().encode("1\n") : undefined;
        await run(createClickHouse(options, transport), {
          sql: "INSERT INTO t FORMAT TSV",
          queryId: "q&1",
          body,
          once,
        });
        const [request] = requests;
        const { pathname, searchParams } = new URL(request.url);
        assert.equal(pathname, "/click/house");
        assert.deepEqual(searchParams.getAll("database"), ["default"]);
        assert.equal(searchParams.get("query_id"), "q&1");
        // printf 'sluice:пароль:1' | base64
        assert.equal(request.headers.get("authorization"), "Basic c2x1aWNlOtC/0LDRgNC+0LvRjDox");
        assert.equal(await request.text(), once ? "1\n" : "INSERT INTO t FORMAT TSV");
        assert.equal(searchParams.get("query"), once ? "INSERT INTO t FORMAT TSV" : null);
      });
    });
  }

  test("createClickHouse() reads no more than the beginning of what a proxy says", async () => {
    let sent = 0;
    const body = () =>
      new ReadableStream({
        pull(controller) {
          sent += 10_000;
          controller.enqueue(new TextEncoder().encode("<html> ".repeat(1_429).slice(0, 10_000)));
        },
      });
    await withPeer(() => new Response(body(), { status: 502 }), async (options) => {
      await assert.rejects(createClickHouse(options, transport)({ sql: "SELECT 1" }), (error) => {
        assert.ok(error instanceof ClickHouseUnreachable);
        assert.equal(error.message, "A proxy answers for ClickHouse: 502");
        assert.equal(String(error.cause).length, 65_536);
        return true;
      });
    });
    assert.ok(sent < 50_000_000, "the rest was left");
  });

  test("readBytes() throws ClickHouseUnreachable when an answer breaks off", async () => {
    const body = () =>
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(1_000));
          controller.error(new Error("Cut off"));
        },
      });
    await withPeer(() => new Response(body()), async (options) => {
      await assert.rejects(
        async () => readBytes(await createClickHouse(options, transport)({ sql: "SELECT 1" })),
        ClickHouseUnreachable,
      );
    });
  });

  for (
    const [what, statement, times] of [
      ["sends a statement that only reads once more", { sql: "SELECT 1" }, 2],
      ["sends a statement that writes once", { sql: "INSERT INTO t SELECT 1", once: true }, 1],
      ["sends rows once", { sql: "INSERT INTO t FORMAT TSV", body: new Uint8Array([49]) }, 1],
    ] as [string, Statement, number][]
  ) {
    test(`createClickHouse() ${what} when the connection is closed, and throws ClickHouseUnreachable`, async () => {
      await withCloser(async (options, asked) => {
        await assert.rejects(createClickHouse(options, transport)(statement), ClickHouseUnreachable);
        assert.equal(asked(), times);
      });
    });
  }
}
