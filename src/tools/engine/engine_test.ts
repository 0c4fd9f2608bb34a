import assert from "node:assert/strict";
import { createClickHouse, createPing, readRows, run } from "../../clickhouse/client.ts";
import { ClickHouseError } from "../../clickhouse/exception.ts";
import { startProgram, waitFor } from "../../../tests/program.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine.ts";

const password = "of the engine's tests";

/** Runs the test with a folder of its own, which goes away with it. */
async function withFolder(test: (dataDir: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-test-" });
  try {
    await test(`${folder}/clickhouse`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the test with an engine that does not outlive it. */
async function withEngine<Result>(
  options: EngineOptions,
  test: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = await startEngine(options);
  try {
    return await test(engine);
  } finally {
    engine.kill();
    await engine.ended;
  }
}

function clientOf(engine: Engine) {
  return createClickHouse({ ...engine, database: "default" });
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function answers(url: string): Promise<boolean> {
  try {
    await createPing({ url })(AbortSignal.timeout(5_000));
    return true;
  } catch {
    return false;
  }
}

Deno.test("startEngine() gives a server on both protocols, which asks for the password", async () => {
  await withFolder((dataDir) =>
    withEngine({ dataDir, password }, async (engine) => {
      const rows = await readRows(clientOf(engine), { sql: "SELECT 1 + 1 AS two" });
      assert.deepEqual(rows, [{ two: 2 }]);
      (await Deno.connect({ hostname: "127.0.0.1", port: engine.tcpPort })).close();

      const stranger = createClickHouse({ ...engine, password: "wrong", database: "default" });
      await assert.rejects(run(stranger, { sql: "SELECT 1" }), ClickHouseError);
      const nobody = createClickHouse({ ...engine, user: "default", password: "", database: "default" });
      await assert.rejects(run(nobody, { sql: "CREATE TABLE t (x UInt8) ENGINE = Memory" }), ClickHouseError);
    })
  );
});

Deno.test("a stopped engine has its data at the next start, and idle connections do not delay the stop", async () => {
  await withFolder(async (dataDir) => {
    let stopMs = 0;
    await withEngine({ dataDir, password }, async (engine) => {
      const clickHouse = clientOf(engine);
      await run(clickHouse, { sql: "CREATE DATABASE kept" });
      await run(clickHouse, { sql: "CREATE TABLE kept.numbers (n UInt8) ENGINE = MergeTree ORDER BY n" });
      await run(clickHouse, { sql: "INSERT INTO kept.numbers SELECT number FROM numbers(10)" });
      const idle = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(engine.url).port) });
      await idle.write(new TextEncoder().encode("GET /ping HTTP/1.1\r\nHost: engine\r\n\r\n"));
      await idle.read(new Uint8Array(1_000));
      stopMs = await timeOf(engine.stop);
      idle.close();
      assert.equal(await answers(engine.url), false);
    });
    await withEngine({ dataDir, password }, async (engine) => {
      const rows = await readRows(clientOf(engine), { sql: "SELECT sum(n) AS sum FROM kept.numbers" });
      assert.deepEqual(rows, [{ sum: 45 }]);
      // the library would wait for five seconds
      const without = await timeOf(engine.stop);
      assert.ok(stopMs - without < 4_000, `${stopMs} ms, and ${without} ms without a connection`);
    });
  });
});

Deno.test("a killed engine has at the next start what it had acknowledged", async () => {
  await withFolder(async (dataDir) => {
    let acknowledged = 0;
    await withEngine({ dataDir, password }, async (engine) => {
      const clickHouse = clientOf(engine);
      await run(clickHouse, { sql: "CREATE DATABASE kept" });
      await run(clickHouse, { sql: "CREATE TABLE kept.numbers (n UInt32) ENGINE = MergeTree ORDER BY n" });
      for (let i = 0; i < 20; i++) {
        await run(clickHouse, {
          sql: "INSERT INTO kept.numbers FORMAT JSONEachRow",
          body: new TextEncoder().encode(`{"n":${i}}`),
          settings: i % 2 ? { async_insert: 1, wait_for_async_insert: 1 } : { async_insert: 0 },
        });
        acknowledged++;
      }
      engine.kill();
      await engine.ended;
    });
    await withEngine({ dataDir, password }, async (engine) => {
      const rows = await readRows(clientOf(engine), { sql: "SELECT uniqExact(n) AS n FROM kept.numbers" });
      assert.deepEqual(rows, [{ n: acknowledged }]);
    });
  });
});

Deno.test("a second engine on the same folder is refused with a sentence, and the first goes on", async () => {
  await withFolder((dataDir) =>
    withEngine({ dataDir, password }, async (engine) => {
      await assert.rejects(startEngine({ dataDir, password }), /another process has its data folder open/);
      assert.deepEqual(await readRows(clientOf(engine), { sql: "SELECT 1 AS one" }), [{ one: 1 }]);
    })
  );
});

Deno.test("a port that is taken, of either protocol, is a reason not to start", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  try {
    for (const ports of [{ httpPort: port }, { tcpPort: port }]) {
      await withFolder((dataDir) =>
        assert.rejects(
          startEngine({ dataDir, password, ...ports }),
          /did not start: .*Address already in use/,
        )
      );
    }
  } finally {
    listener.close();
  }
});

Deno.test("an engine ends when the process that started it is killed", async () => {
  await withFolder(async (dataDir) => {
    const options: EngineOptions = { dataDir, password };
    const module = new URL("engine.ts", import.meta.url).href;
    await using parent = startProgram(Deno.execPath(), [
      "eval",
      `
      import { startEngine } from ${JSON.stringify(module)};
      console.log((await startEngine(${JSON.stringify(options)})).url);
      setInterval(() => {}, 1000);`,
    ]);
    const [url] = await parent.until(/^http:\S+$/m);
    assert.ok(await answers(url));
    Deno.kill(parent.pid, "SIGKILL");
    await waitFor("the engine is gone", async () => !await answers(url));
    // its data are free for the next one, at the latest when it has ended
    await withEngine({ dataDir, password }, (engine) => engine.stop());
  });
});
