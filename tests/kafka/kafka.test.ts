import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../../src/clickhouse/client.ts";
import { createRoles } from "../../src/clickhouse/roles.ts";
import { readPages } from "../docs/pages.ts";
import { isInstalled } from "../installed.ts";
import { waitFor } from "../program.ts";
import {
  type Broker,
  kafkaJars,
  type KafkaServer,
  produce,
  produceLines,
  startKafkaServer,
  startMockBroker,
} from "./brokers.ts";
import { channelsOf, sentEvents } from "./events.ts";
import { hostileMessages } from "./hostile.ts";
import { type Consumer, withKafka } from "./world.ts";

// ClickHouse's Kafka engine reads real brokers: librdkafka's own, and Apache Kafka, each of which can end, as the engine can.

const streams = ["outreach", "csr_companies", "csr_scores", "csr_journey", "csr_metrics"];
const acme = { topic: "outreach", headers: ["tenant=acme"] };
const landed = (tenant: string) => `SELECT uniqExact(id) FROM outreach_events WHERE tenant_id = '${tenant}'`;
const rejected = (tenant: string, stream = "outreach") =>
  `SELECT uniqExact(request_id) FROM rejected_events WHERE tenant_id = '${tenant}' AND stream = '${stream}'`;

/**
 * Sends messages, and resolves in the middle of their batch, whose insert takes three seconds. A batch that began before the slow
 * view was made does not know it: those whose batch was stored before it was seen are sent again, which changes no number.
 */
async function sendSlowly(
  its: Awaited<ReturnType<typeof withKafka>>,
  send: () => Promise<void>,
): Promise<void> {
  await its.run("CREATE MATERIALIZED VIEW slow_mv ENGINE = Null AS SELECT sleep(3) FROM outreach_parsed");
  let before = await progress(its);
  await send();
  await waitFor("messages are read and not stored", async () => {
    const now = await progress(its);
    if (now.commits > before.commits) {
      before = now;
      await send();
      return false;
    }
    return now.messages > before.messages;
  });
}

async function progress({ rows }: Awaited<ReturnType<typeof withKafka>>) {
  const [row] = await rows<{ messages: number; commits: number }>(
    `SELECT sum(num_messages_read) AS messages, sum(num_commits) AS commits
      FROM system.kafka_consumers WHERE table = 'outreach_kafka'`,
  );
  return row;
}

/** The messages that each channel has, as the API counts them. */
async function sentByChannel({ gateway }: Awaited<ReturnType<typeof withKafka>>, tenant: string) {
  const { body } = await gateway.query("outreach/overview", tenant, {
    startDate: "2026-11-20",
    endDate: "2026-11-20",
  });
  return Object.fromEntries(
    body.data.byChannel.map((each: { channel: string; sent: number }) => [each.channel, each.sent]),
  );
}

if (await isInstalled("kcat")) {
  Deno.test("messages of Kafka land once, whatever they hold and whatever is killed", async (t) => {
    await using broker: Broker = await startMockBroker();
    await using its = await withKafka({ SLUICE_KAFKA_BROKERS: broker.address });

    await t.step("a message is one event of the tenant in its header, whatever lines it has", async () => {
      await produceLines(broker, acme, sentEvents(3));
      const [pretty, first, second] = sentEvents(3, 3);
      await produce(broker, acme, [JSON.stringify(JSON.parse(pretty), null, 2), `${first}\n${second}`]);
      await its.untilCount(landed("acme"), 4);
      await its.untilCount(rejected("acme"), 1);
      const { body } = await its.gateway.query("rejected", "acme", { stream: "outreach" });
      const [{ reason, line, source }] = body.data;
      assert.deepEqual([reason, line, source], [
        "Line is not valid JSON",
        `${first}\n${second}`,
        "kafka",
      ]);
    });

    await t.step(
      "one without a tenant that could be is a dead letter of none, and the next lands",
      async () => {
        const events = sentEvents(6, 10);
        const cases: [headers: string[], reason: string][] = [
          [[], 'The message has no header "tenant"'],
          [["tenant="], 'The message has no header "tenant"'],
          [["Tenant=acme"], 'The message has no header "tenant"'],
          [["tenant=acme", "tenant=globex"], 'The header "tenant" comes twice'],
          [
            ["tenant=ac\tme"],
            'The tenant in the header "tenant" must be text of 1 to 256 bytes and no control characters',
          ],
          [
            [`tenant=${"a".repeat(257)}`],
            'The tenant in the header "tenant" must be text of 1 to 256 bytes and no control characters',
          ],
        ];
        for (const [i, [headers]] of cases.entries()) {
          await produceLines(broker, { topic: "outreach", headers }, [events[i]]);
        }
        await produceLines(broker, { topic: "outreach", headers: ["trace=1", "tenant=äcme"] }, [events[0]]);
        await its.untilCount(landed("äcme"), 1);
        await its.untilCount(rejected(""), cases.length);
        const letters = await its.rows<{ reason: string; line: string }>(
          "SELECT reason, line FROM rejected_events WHERE tenant_id = '' ORDER BY line",
        );
        assert.deepEqual(letters, cases.map(([, reason], i) => ({ reason, line: events[i] })));
      },
    );

    await t.step("a poison message among a thousand: 999 land, and one dead letter says why", async () => {
      const lines = sentEvents(1_000, 1_000);
      lines[499] = lines[499].replace('"channel":"email"', '"channel":"fax"');
      assert.ok(lines[499].includes("fax"));
      await produceLines(broker, { topic: "outreach", headers: ["tenant=poisoned"] }, lines);
      await its.untilCount(landed("poisoned"), 999);
      const { body } = await its.gateway.query("rejected", "poisoned");
      assert.deepEqual(body.data.map(({ reason, line }: Record<string, string>) => [reason, line]), [
        ['channel is unknown: "fax"', lines[499]],
      ]);
    });

    await t.step("nothing that a message holds stops a stream", async () => {
      const messages = hostileMessages();
      for (const topic of streams) await produce(broker, { topic, headers: ["tenant=hostile"] }, messages);
      for (const stream of streams) await its.untilCount(rejected("hostile", stream), messages.length);
      await produceLines(broker, { topic: "outreach", headers: ["tenant=after"] }, sentEvents(1));
      await its.untilCount(landed("after"), 1);
    });

    await t.step("the API tells an admin of lag, errors and the last poll, and nobody else", async () => {
      const sent = 3 + 2 + 7 + 1_000 + hostileMessages().length + 1;
      const stored = ({ partitions }: Consumer) =>
        partitions.reduce((sum, { offset }) => sum + (offset ?? 0), 0);
      // statistics come each second
      const consumer = await waitFor("all is stored", async () => {
        const now = await its.consumer("outreach_kafka");
        return now.lag === 0 && stored(now) === sent && now;
      });
      assert.deepEqual([consumer.error, consumer.failedAt, consumer.connected], [null, null, true]);
      assert.deepEqual(consumer.partitions.map(({ topic, partition }) => `${topic} ${partition}`).sort(), [
        "outreach 0",
        "outreach 1",
        "outreach 2",
        "outreach 3",
      ]);
      assert.equal(consumer.messages, sent);
      assert.ok(Date.now() - Date.parse(consumer.lastPollAt!) < 60_000);
      assert.equal((await its.gateway.query("ops/consumers", "acme", {}, "query")).status, 403);
    });

    await t.step("no user of the gateway reads a topic, or where Kafka is", async () => {
      const roles = createRoles(its.target);
      const statements = [
        "SELECT * FROM outreach_kafka SETTINGS stream_like_engine_allow_direct_select = 1",
        "SELECT * FROM system.kafka_consumers",
        "SHOW CREATE TABLE outreach_kafka",
        "CREATE TABLE taken (message String) ENGINE = Kafka(sluice_kafka) " +
        "SETTINGS kafka_topic_list = 'outreach', kafka_format = 'RawBLOB'",
      ];
      for (const [role, ask] of Object.entries(roles)) {
        for (const sql of statements) {
          await assert.rejects(
            readRows(ask, { sql }),
            /Not enough privileges|ACCESS_DENIED/,
            `${role}: ${sql}`,
          );
        }
        assert.deepEqual(
          await readRows(ask, { sql: "SELECT name FROM system.named_collections" }).catch(() => []),
          [],
          role,
        );
      }
      const owner = createClickHouse(its.target);
      const told = JSON.stringify(
        await readRows(owner, {
          sql: "SELECT create_table_query, engine_full FROM system.tables WHERE engine = 'Kafka'",
        }),
      );
      assert.ok(told.includes("sluice_kafka") && !told.includes(broker.address));
    });

    await t.step("the statements of docs/kafka.md read topics of other names", async () => {
      const page = (await readPages()).find(({ path }) => path === "docs/kafka.md")!;
      const statements = page.blocks.filter(({ language }) => language === "sql").map(({ text }) => text);
      assert.equal(statements.length, 2);
      for (const statement of statements) await its.run(statement);
      await produceLines(broker, { topic: "eu.campaigns", headers: ["tenant=eu"] }, sentEvents(3));
      await its.untilCount(landed("eu"), 3);
      for (const name of ["outreach_eu_landing_kafka_mv", "outreach_eu_kafka"]) {
        await its.run(`DROP TABLE ${name}`);
      }
    });

    await t.step(
      "a view that fails stops its stream until it is mended, and then nothing is lost",
      async () => {
        await its.run(
          "CREATE MATERIALIZED VIEW failing_mv ENGINE = Null AS SELECT throwIf(tenant_id = 'held') FROM outreach_parsed",
        );
        const place = { topic: "outreach", headers: ["tenant=held"] };
        let sent = 0;
        // the first may come into a batch that began before the view was made, and does not know it
        const consumer = await waitFor("the failure is told", async () => {
          await produceLines(broker, place, sentEvents(50, sent));
          sent += 50;
          const now = await its.consumer("outreach_kafka");
          return now.error !== null && now;
        });
        assert.equal(
          consumer.error,
          "The view failing_mv fails, so that nothing is read: FUNCTION_THROW_IF_VALUE_IS_NON_ZERO",
        );
        await its.run("DROP TABLE failing_mv");
        await its.untilCount(landed("held"), sent);
        await waitFor(
          "it is told no more",
          async () => (await its.consumer("outreach_kafka")).error === null,
        );
      },
    );

    await t.step(
      "an engine that is killed in the middle of a batch reads it again, and no number changes",
      async () => {
        const place = { topic: "outreach", headers: ["tenant=killed"] };
        await sendSlowly(its, () => produceLines(broker, place, sentEvents(5_000)));
        await its.kill();
        await its.start();
        await its.run("DROP TABLE slow_mv");
        // a producer that was not sure sends again
        await produceLines(broker, place, sentEvents(1_000));
        await its.untilCount(landed("killed"), 5_000);
        await waitFor("all is read", async () => (await its.consumer("outreach_kafka"))?.lag === 0);
        assert.deepEqual(await sentByChannel(its, "killed"), channelsOf(5_000));
      },
    );

    const jars = await kafkaJars();
    if (!jars) return;
    await its.stop();
    await using kafka: KafkaServer = await startKafkaServer(jars);
    const { secured } = kafka;
    const keyed = { topic: "eu.outreach", key: "keyed" };

    await t.step(
      "Apache Kafka takes the user and password, and keys name tenants if they are to",
      async () => {
        await produceLines(kafka, keyed, sentEvents(10));
        await produceLines(kafka, { ...acme, topic: "eu.outreach" }, sentEvents(1, 500));
        await its.start({
          SLUICE_KAFKA_BROKERS: secured.address,
          SLUICE_KAFKA_SECURITY: "sasl_plaintext",
          SLUICE_KAFKA_SASL_MECHANISM: "PLAIN",
          SLUICE_KAFKA_USER: secured.user,
          SLUICE_KAFKA_PASSWORD: secured.password,
          SLUICE_KAFKA_PREFIX: "eu.",
          SLUICE_KAFKA_TENANT: "key",
        });
        await its.untilCount(landed("keyed"), 10);
        await its.untilCount(`${rejected("")} AND reason = 'The message has no key'`, 1);
      },
    );

    await t.step("Apache Kafka killed in the middle of a batch: all that it has lands once", async () => {
      await sendSlowly(its, () => produceLines(kafka, keyed, sentEvents(5_000)));
      await kafka.kill();
      const away = await waitFor("that it is away is told", async () => {
        const now = await its.consumer("outreach_kafka");
        return !now.connected && now.error !== null && now;
      });
      assert.equal(away.error, "The brokers are not reachable");
      await its.run("DROP TABLE slow_mv");
      await kafka.start();
      await produceLines(kafka, keyed, sentEvents(2_000, 4_000));
      await its.untilCount(landed("keyed"), 6_000);
      await waitFor("all is read", async () => (await its.consumer("outreach_kafka")).lag === 0);
      assert.deepEqual(await sentByChannel(its, "keyed"), channelsOf(6_000));
    });

    await t.step("an engine killed in the middle of Apache Kafka's batch: all lands once", async () => {
      await sendSlowly(its, () => produceLines(kafka, keyed, sentEvents(3_000, 6_000)));
      await its.kill();
      await its.start();
      await its.run("DROP TABLE slow_mv");
      await its.untilCount(landed("keyed"), 9_000);
      await waitFor("all is read", async () => (await its.consumer("outreach_kafka"))?.lag === 0);
      assert.deepEqual(await sentByChannel(its, "keyed"), channelsOf(9_000));
      const { error } = await its.consumer("outreach_kafka");
      assert.equal(error, null);
    });
  });
}
