import assert from "node:assert/strict";
import { type ClickHouse, createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { ClickHouseError } from "../src/clickhouse/exception.ts";
import { startMigratedEngine } from "../src/tools/migrated_engine.ts";
import { streamFields } from "../src/tools/scaffold/field.ts";
import { streamMigrations } from "../src/tools/scaffold/migrations.ts";
import { streamName } from "../src/tools/scaffold/stream_name.ts";
import { readPages } from "./docs/pages.ts";
import { writeTestConfig } from "./engine_config.ts";
import { createGateway, tokenOf } from "./gateway.ts";
import { temporaryFolder } from "./program.ts";

// A stream as `deno task new stream` makes it, sampled by the statements of docs/sampling.md, on an engine of its own.

const [addWeight, asOwner, keep, rulesOfPage, estimate] = (await readPages())
  .find(({ path }) => path === "docs/sampling.md")!.blocks.filter(({ language }) => language === "sql")
  // the tests' engine has rights for tables of such a name
  .map(({ text }) => text.replaceAll("site_views", "trial_views"));

const migrations = streamMigrations(
  streamName("trial/views"),
  streamFields(["id:UUID", "visitorId:String?", "page:String", "viewedAt:DateTime"]),
).map(({ object, text }) => ({ object, sql: text.split("-- migrate:down")[0].trim().replace(/;$/, "") }));

async function createSampledStream(owner: ClickHouse): Promise<void> {
  for (const { sql } of migrations) await run(owner, { sql });
  for (const sql of [addWeight, asOwner, keep]) await run(owner, { sql });
}

const visitors = 100_000;
/** The pages that a visitor sees one after the other, five days apart. */
const pages = ["/blog/a", "/shop", "/checkout/pay", "/blog/b", "/shop"];
const days = ["10", "15", "20", "25", "30"];

/** The views of visitors as lines: one of a fifth of the visitors, two of another, to five. */
function viewsOf(from: number, to: number): string {
  let text = "";
  for (let visitor = from; visitor < to; visitor++) {
    for (let view = 0; view <= visitor % 5; view++) {
      const id = `00000000-0000-4000-8000-${String(visitor * 5 + view).padStart(12, "0")}`;
      text += `{"id":"${id}","visitorId":"v${visitor}","page":"${pages[view]}","viewedAt":"2026-10-${
        days[view]
      }T12:00:00Z"}\n`;
    }
  }
  return text;
}

function body(count: number): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next === count) return controller.close();
      controller.enqueue(new TextEncoder().encode(viewsOf(next, next += 1_000)));
    },
  });
}

Deno.test("a sampled stream keeps visitors as a whole, and sums of its weights are unbiased within the error that is told", async (t) => {
  await using folder = await temporaryFolder();
  await writeTestConfig(`${folder.path}/config`);
  const engine = await startMigratedEngine({
    dataDir: `${folder.path}/data`,
    configDir: `${folder.path}/config`,
    password: "of the test",
  });
  try {
    const target = { ...engine, database: "sluice" };
    const owner = createClickHouse(target);
    await createSampledStream(owner);
    const rows = <Row>(sql: string, parameters: Record<string, string> = {}) =>
      readRows<Row>(owner, { sql, parameters });
    const rule = (tenant: string, pattern: string, from: string, share: number) =>
      run(owner, {
        sql: `INSERT INTO sampling_rules (tenant_id, stream, pattern, valid_from, share)
          VALUES ('${tenant}', 'trial_views', '${pattern}', '${from}', ${share})`,
      });
    const gateway = await createGateway({ target, files: [] });
    const send = async (tenant: string, body: BodyInit) => {
      const authorization = `Bearer ${await tokenOf(tenant, "ingest")}`;
      const headers = { authorization, "content-type": "application/x-ndjson" };
      const init = { method: "POST", headers, body };
      const response = await gateway.fetch("/v1/events/trial_views", undefined, init);
      assert.equal(response.status, 200, await response.clone().text());
      return (await response.json()).data;
    };
    const sum = async (tenant: string) =>
      (await rows<{ rows: number; weight: number }>(
        "SELECT count() AS rows, sum(weight) AS weight FROM trial_views FINAL WHERE tenant_id = {tenant:String}",
        { tenant },
      ))[0];

    await t.step("without a rule all is kept", async () => {
      await send("none", viewsOf(0, 1_000));
      assert.deepEqual(await sum("none"), { rows: 3_000, weight: 3_000 });
    });

    await t.step("100,000 visitors are estimated within twice the error that is told", async () => {
      await rule("", "/blog/%", "2026-01-01", 0.5);
      await rule("acme", "%", "2026-01-01", 0.1);
      await rule("acme", "%", "2026-10-18", 0.25);
      await rule("acme", "/checkout%", "2026-01-01", 1);
      assert.deepEqual(await send("acme", body(visitors)), {
        accepted: 3 * visitors,
        rejected: 0,
        rejections: [],
      });
      const [told] = await rows<Record<string, number>>(estimate, { tenantId: "acme" });
      // Of a visitor with one view, its variance is 1 / 0.1 - 1; two of a share of 0.1 have four times that; one that is
      // always kept adds none; the fourth and fifth, of a share of 0.25, have 1 / 0.25 - 1 with each other and with the first two
      const variance = [9, 36, 36, 36 + 4 * 3 + 3, 36 + 8 * 3 + 4 * 3];
      const error = Math.sqrt(variance.reduce((sum, each) => sum + each) * visitors / 5);
      assert.ok(Math.abs(told.viewsError / error - 1) < 0.02, `${told.viewsError}, not ${error}`);
      assert.ok(Math.abs(told.views - 3 * visitors) < 2 * told.viewsError, JSON.stringify(told));
      // those of three views and more are all there, since each has been at the checkout
      const ofVisitors = Math.sqrt(9 * visitors * 2 / 5);
      assert.ok(
        Math.abs(told.visitorsError / ofVisitors - 1) < 0.02,
        `${told.visitorsError}, not ${ofVisitors}`,
      );
      assert.ok(Math.abs(told.visitors - visitors) < 2 * told.visitorsError, JSON.stringify(told));
    });

    await t.step(
      "over a hundred groups, what is wrong has the mean 0 and the size that is told",
      async () => {
        const [{ mean, deviation, groups }] = await rows<Record<string, number>>(
          `SELECT avg(z) AS mean, stddevPop(z) AS deviation, count() AS groups
        FROM
        (
            SELECT
                intDiv(toUInt32(substring(visitor_id, 2)), 1000) AS group,
                (sum(weighted) - 3000) / sqrt(sum(sampling_variance(by_weight))) AS z
            FROM
            (
                SELECT visitor_id, sum(weight) AS weighted, sumMap([weight], [weight]) AS by_weight
                FROM trial_views FINAL
                WHERE tenant_id = 'acme'
                GROUP BY visitor_id
            )
            GROUP BY group
        )`,
        );
        assert.equal(groups, 100);
        assert.ok(Math.abs(mean) < 0.3, String(mean));
        assert.ok(deviation > 0.8 && deviation < 1.2, String(deviation));
      },
    );

    await t.step(
      "each row has the weight of its page and day, and a visitor is in or out as a whole",
      async () => {
        const shown = await rows(
          `SELECT page, toDayOfMonth(viewed_at) AS day, groupUniqArray(weight) AS weights
        FROM trial_views FINAL WHERE tenant_id = 'acme' GROUP BY page, day ORDER BY day`,
        );
        assert.deepEqual(shown, [
          { page: "/blog/a", day: 10, weights: [10] },
          { page: "/shop", day: 15, weights: [10] },
          { page: "/checkout/pay", day: 20, weights: [1] },
          { page: "/blog/b", day: 25, weights: [4] },
          { page: "/shop", day: 30, weights: [4] },
        ]);
        // of a visitor who is in the tenth, each row is there; of one in the quarter alone, each but the first two
        const parts = await rows<{ seen: number; tenths: number; quarters: number; others: number }>(
          `SELECT seen, tenths, quarters, others, count() AS visitors
        FROM
        (
            SELECT
                toUInt32(substring(visitor_id, 2)) % 5 + 1 AS seen,
                countIf(weight = 10) AS tenths,
                countIf(weight = 4) AS quarters,
                countIf(weight = 1) AS others
            FROM trial_views FINAL
            WHERE tenant_id = 'acme'
            GROUP BY visitor_id
        )
        GROUP BY seen, tenths, quarters, others
        ORDER BY seen, tenths, quarters, others`,
        );
        assert.deepEqual(
          parts.map(({ seen, tenths, quarters, others }) => [seen, tenths, quarters, others]),
          [
            [1, 1, 0, 0],
            [2, 2, 0, 0],
            [3, 0, 0, 1],
            [3, 2, 0, 1],
            [4, 0, 0, 1],
            [4, 0, 1, 1],
            [4, 2, 1, 1],
            [5, 0, 0, 1],
            [5, 0, 2, 1],
            [5, 2, 2, 1],
          ],
        );
      },
    );

    await t.step("a tenant without rules of its own has those for all", async () => {
      await send("globex", viewsOf(0, 5_000));
      const kept = await rows<{ page: string; rows: number; weights: number[] }>(
        `SELECT page, count() AS rows, groupUniqArray(weight) AS weights
        FROM trial_views FINAL WHERE tenant_id = 'globex' GROUP BY page ORDER BY page`,
      );
      assert.deepEqual(kept.map(({ page, weights }) => [page, weights]), [
        ["/blog/a", [2]],
        ["/blog/b", [2]],
        ["/checkout/pay", [1]],
        ["/shop", [1]],
      ]);
      assert.deepEqual(kept.slice(2).map(({ rows }) => rows), [3_000, 5_000]);
    });

    await t.step("what comes again after the share was changed is judged as at first", async () => {
      const before = await sum("acme");
      await rule("acme", "%", "2026-11-15", 0.5);
      await send("acme", viewsOf(0, 5_000));
      assert.deepEqual(await sum("acme"), before);
      const late = {
        id: crypto.randomUUID(),
        visitorId: "",
        page: "/shop",
        viewedAt: "2026-11-20T00:00:00Z",
      };
      await send("acme", JSON.stringify(late));
      assert.deepEqual(await sum("acme"), { rows: before.rows + 1, weight: before.weight + 1 });
    });

    await t.step(
      "dead letters whose rule was mended land, and are judged as if they had come at first",
      async () => {
        await rule("initech", "%", "2026-01-01", 0.1);
        await rule("initech", "%", "2026-10-18", 0.5);
        const view = (changes: Record<string, unknown>) =>
          JSON.stringify({ id: crypto.randomUUID(), viewedAt: "2026-10-10T12:00:00Z", ...changes });
        const lines = Array.from({ length: 500 }, (_, i) => view({ visitorId: `v${i}` }));
        const { rejected, rejections } = await send("initech", [view({ page: "/" }), ...lines].join("\n"));
        assert.deepEqual([rejected, rejections[0].reason], [500, "page is missing"]);
        const replay = async () => {
          const { body } = await gateway.call(
            "POST",
            "ops/dead-letter-replays",
            "initech",
            undefined,
            "ingest",
          );
          return [body.data.landed, body.data.refused];
        };
        assert.deepEqual(await replay(), [0, 500]);
        const { sql } = migrations.find(({ object }) => object === "trial_views_parsed_mv")!;
        const [, query] = /^CREATE MATERIALIZED VIEW \w+ TO \w+ AS\n([^]*)$/m.exec(sql)!;
        const mended = query.replace(/fields\.page = '',\n +'page is missing',/, "");
        assert.notEqual(mended, query);
        await run(owner, { sql: `ALTER TABLE trial_views_parsed_mv MODIFY QUERY\n${mended}` });
        assert.deepEqual(await replay(), [500, 0]);
        assert.deepEqual(await replay(), [0, 0]);
        const inSample = (tenant: string) =>
          rows(
            `SELECT visitor_id, weight FROM trial_views FINAL
          WHERE tenant_id = {tenant:String} AND toDayOfMonth(viewed_at) = 10 AND visitor_id != ''
            AND toUInt32(substring(visitor_id, 2)) < 500
          ORDER BY toUInt32(substring(visitor_id, 2))`,
            { tenant },
          );
        assert.deepEqual(await inSample("initech"), await inSample("acme"));
      },
    );

    await t.step(
      "a share is more than 0 and at most 1, and nobody but the owner reads the rules",
      async () => {
        await run(owner, { sql: rulesOfPage });
        const refusal = async (client: ClickHouse, sql: string) => {
          const error = await run(client, { sql }).catch((error) => error);
          return error instanceof ClickHouseError ? error.code : 0;
        };
        for (const share of [0, -0.1, 1.5, NaN]) {
          const sql = `INSERT INTO sampling_rules (stream, share) VALUES ('trial_views', ${share})`;
          assert.equal(await refusal(owner, sql), 469, String(share));
        }
        for (const role of ["reader", "ingest", "writer"]) {
          const client = createClickHouse({ ...target, user: `sluice_${role}` });
          for (const table of ["sampling_rules", "sampling_rules_of_tenants"]) {
            assert.equal(await refusal(client, `SELECT tenant_id FROM ${table}`), 497, `${role} ${table}`);
          }
        }
      },
    );
  } finally {
    await engine.stop();
  }
});
