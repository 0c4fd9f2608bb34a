import assert from "node:assert/strict";
import { createRoles } from "../src/clickhouse/roles.ts";
import { listenPostgres } from "../src/hosts/deno/listen_postgres.ts";
import { followSources } from "../src/ingest/sync/follow.ts";
import type { LogEntry } from "../src/base/log.ts";
import { connectPostgres } from "../src/tools/postgres/postgres.ts";
import { sourceVariables } from "../src/tools/postgres/source.ts";
import { runProgram, startProgram, waitFor } from "./program.ts";
import { withSource } from "./postgres_source.ts";

// What changes in Postgres comes over by itself: the views' own schedule is 15 minutes, longer than anything here waits.

const user = "11111111-1111-4111-8111-111111111111";

Deno.test("changes of Postgres come over within seconds, also after each side was away", async (t) => {
  await using its = await withSource();
  const { password } = its.source();

  const add = (location: string, sql = its.sql()) =>
    sql`INSERT INTO outcome_scores (user_id, company_id, dimension, score, location)
      VALUES (${user}, 'acme', 'confidence', 0.5, ${location})`;
  const isThere = async (location: string) => {
    const [{ scores }] = await its.rows<{ scores: number }>(
      `SELECT count() AS scores FROM csr_scores FINAL WHERE tenant_id = 'acme' AND location = '${location}'`,
    ).catch(() => [{ scores: 0 }]);
    return scores === 1;
  };
  const arrives = (location: string) => waitFor(`${location} is there`, () => isThere(location));
  const address = () => ({
    host: its.source().host,
    port: its.source().port,
    database: its.source().database,
    user: "sluice",
    password,
    tls: "prefer" as const,
  });
  /** Follows until it is disposed of. */
  function follow() {
    const ending = new AbortController();
    const told: LogEntry[] = [];
    const { clickHouse, syncer } = createRoles(its.target);
    const following = followSources(
      {
        clickHouse,
        syncer,
        listen: listenPostgres(address()),
        intervalMs: 100,
        log: (entry) => told.push(entry),
      },
      ending.signal,
    );
    return {
      told,
      timesListening: () => told.filter(({ message }) => message.startsWith("Listening to Postgres")).length,
      async [Symbol.asyncDispose]() {
        ending.abort();
        await following;
      },
    };
  }
  const errors = () => its.rows("SELECT source, error FROM sync_runs WHERE error != ''");

  await its.sql()`INSERT INTO companies (id, name, industry, region, employees)
    VALUES ('acme', 'Acme', 'technology', 'eu', 120)`;
  await its.sql()`INSERT INTO users (id, company_id, email) VALUES (${user}, 'acme', 'a@acme.example')`;
  // those of the start are over, so that it is not they who bring what follows
  await waitFor("each source has been read", async () => {
    const [{ sources }] = await its.rows<{ sources: number }>(
      "SELECT uniqExact(source) AS sources FROM sync_runs",
    );
    return sources === 5;
  });

  await t.step("Postgres says each source's name once in a transaction, when it is committed", async () => {
    const listener = connectPostgres({ ...its.source(), ...address() });
    const heard: string[] = [];
    await listener.listen("sluice", (payload) => heard.push(payload));
    await its.sql().begin(async (sql) => {
      for (let i = 0; i < 5; i++) await add("many", sql as unknown as ReturnType<typeof its.sql>);
      await sql`UPDATE outcome_scores SET location = 'others', deleted_at = now()`;
      await sql`UPDATE companies SET employees = 121`;
    });
    await assert.rejects(
      its.sql().begin(async (sql) => {
        await sql`UPDATE companies SET employees = 122`;
        throw new Error("taken back");
      }),
    );
    await its.sql()`NOTIFY sluice, 'the last'`;
    await waitFor("all was heard", () => heard.includes("the last"));
    assert.deepEqual(heard, ["outcome_scores", "companies", "the last"]);
    await listener.end();
  });

  await t.step(
    "what changed while nobody listened is read when somebody does, and then each change",
    async () => {
      await add("before");
      await using follower = follow();
      await arrives("before");
      for (const location of ["first", "second", "third"]) {
        await add(location);
        await arrives(location);
      }
      await waitFor("the tenant is told", async () => {
        const [{ events }] = await its.rows<{ events: number }>(
          "SELECT count() AS events FROM live_events WHERE type = 'analytics.synced' AND data LIKE '%outcome_scores%'",
        );
        return events > 1;
      });
      assert.deepEqual(follower.told.map(({ level }) => level), ["info"]);
    },
  );

  await t.step(
    "what a transaction wrote comes over once it is committed, others' changes before",
    async () => {
      await using _ = follow();
      const slow = connectPostgres(its.source());
      const isWritten = Promise.withResolvers<void>();
      const mayCommit = Promise.withResolvers<void>();
      const transaction = slow.begin(async (sql) => {
        await add("slow", sql as unknown as typeof slow);
        isWritten.resolve();
        await mayCommit.promise;
      });
      await isWritten.promise;
      await add("meanwhile");
      await arrives("meanwhile");
      assert.ok(!await isThere("slow"));
      mayCommit.resolve();
      await transaction;
      await slow.end();
      await arrives("slow");
    },
  );

  await t.step("two followers bring each change once, and neither's runs are told as cut off", async () => {
    await using _ = follow();
    await using __ = follow();
    for (let i = 0; i < 5; i++) {
      await add(`two ${i}`);
      await arrives(`two ${i}`);
    }
    await its.refresh("sync_runs_refresh");
    assert.deepEqual(await errors(), []);
  });

  await t.step("names of no source, as anybody may say them, are passed over", async () => {
    await using follower = follow();
    await waitFor("it listens", () => follower.timesListening());
    await its.sql().notify("sluice", "outcome_scores'; DROP TABLE csr_scores");
    await its.sql().notify("sluice", "x".repeat(7_000));
    await add("after nonsense");
    await arrives("after nonsense");
    assert.deepEqual(follower.told.map(({ level }) => level), ["info"]);
  });

  await t.step("a lost connection, and a restart of Postgres, are made up for", async () => {
    await using follower = follow();
    await waitFor("it listens", () => follower.timesListening());
    await its
      .sql()`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sluice follow%'`;
    await add("unheard");
    await arrives("unheard");
    await its.stopSource();
    await waitFor(
      "that is told",
      () => follower.told.some(({ error }) => /ECONNREFUSED/.test(String(error))),
    );
    await its.startSource();
    await add("while it connects");
    await arrives("while it connects");
    assert.ok(!JSON.stringify(follower.told).includes(password));
  });

  await t.step("a restart of ClickHouse is, too", async () => {
    await using _ = follow();
    await its.restartEngine("kill", async () => void await add("while ClickHouse is away"));
    await arrives("while ClickHouse is away");
    await add("after its restart");
    await arrives("after its restart");
  });

  const env = () => ({
    ...sourceVariables(its.source()),
    CLICKHOUSE_URL: its.target.url,
    CLICKHOUSE_PASSWORD: its.target.password,
  });

  await t.step("as a task it says when it listens, and ends at SIGTERM at once", async () => {
    await using task = startProgram(Deno.execPath(), ["task", "follow-postgres"], env());
    await task.until(/Listening to Postgres/);
    await add("for the task");
    await arrives("for the task");
    task.signalGroup("SIGTERM");
    assert.equal(await task.end(), 0);
    assert.ok(!task.printed().includes(password));
  });

  await t.step("it names the variables that it lacks, and a wrong password without showing it", async () => {
    const lacking = await runProgram(Deno.execPath(), ["task", "follow-postgres"], {
      FOLLOW_INTERVAL_MS: "0",
    });
    assert.equal(lacking.code, 1);
    assert.match(lacking.printed, /CLICKHOUSE_URL is not set/);
    assert.match(lacking.printed, /SLUICE_POSTGRES_HOST is not set/);
    assert.match(lacking.printed, /FOLLOW_INTERVAL_MS is not valid/);
    await using task = startProgram(Deno.execPath(), ["task", "follow-postgres"], {
      ...env(),
      SLUICE_POSTGRES_PASSWORD: "not the password",
    });
    await task.until(/Not listening to Postgres.*password authentication failed/);
    assert.ok(!task.printed().includes("not the password"));
    task.signalGroup("SIGTERM");
    assert.equal(await task.end(), 0);
  });
});
