import { type ClickHouse, createClickHouse, run } from "../../src/clickhouse/client.ts";
import { kafkaJars, produceFile, startKafkaServer } from "../kafka/brokers.ts";
import { withKafka } from "../kafka/world.ts";
import { temporaryFolder, waitFor } from "../program.ts";
import { eventsPerRequest, makeEvents } from "./ingestion.ts";
import { measureLag } from "./lag.ts";
import { alternate, type Row } from "./rounds.ts";

const requests = 4;
const events = requests * eventsPerRequest;

/**
 * A topic of more than a million events read by the Kafka engine into the landing table, against a plain consumer, kcat, which writes
 * what it reads into the same landing table. No row where Apache Kafka is not there.
 */
export async function benchKafka(): Promise<Row[]> {
  const jars = await kafkaJars();
  if (!jars) return [];
  await using folder = await temporaryFolder();
  const file = `${folder.path}/events`;
  for (let request = 0; request < requests; request++) {
    await Deno.writeFile(file, makeEvents(request), { append: true });
    await Deno.writeTextFile(file, "\n", { append: true });
  }
  await using kafka = await startKafkaServer(jars);
  await using its = await withKafka({ SLUICE_KAFKA_BROKERS: kafka.address });
  const clickHouse = createClickHouse(its.target);
  await produceFile(kafka, { topic: "plain" }, file);
  let round = 0;

  /** Events a second, from the first that is read until all have landed. */
  async function engine(): Promise<number> {
    const tenant = `engine-${round++}`;
    await its.run("DETACH TABLE outreach_kafka");
    await produceFile(kafka, { topic: "outreach", headers: [`tenant=${tenant}`] }, file);
    await its.run("ATTACH TABLE outreach_kafka");
    await waitFor(
      "the engine reads",
      () =>
        its.count("SELECT sum(num_messages_read) FROM system.kafka_consumers WHERE table = 'outreach_kafka'"),
    );
    const start = performance.now();
    await waitFor(
      "all has landed",
      async () =>
        await its.count(`SELECT count() FROM outreach_events WHERE tenant_id = '${tenant}'`) >= events,
    );
    const seconds = (performance.now() - start) / 1_000;
    await checkOnce(tenant);
    return events / seconds;
  }

  /** Events a second, of the whole work of the plain consumer. */
  async function plain(): Promise<number> {
    const tenant = `plain-${round++}`;
    const start = performance.now();
    const consumer = new Deno.Command("kcat", {
      args: ["-C", "-b", kafka.address, "-t", "plain", "-o", "beginning", "-e", "-q"],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    await run(clickHouse, {
      sql: `INSERT INTO outreach_landing (tenant_id, request_id, line_number, source, line)
        SELECT '${tenant}', generateUUIDv4(), 1, 'plain', line FROM input('line String') FORMAT LineAsString`,
      body: consumer.stdout,
    });
    await consumer.status;
    const seconds = (performance.now() - start) / 1_000;
    await checkOnce(tenant);
    return events / seconds;
  }

  async function checkOnce(tenant: string): Promise<void> {
    const of = `FROM outreach_events WHERE tenant_id = '${tenant}'`;
    const [ids, rejected] = [
      await its.count(`SELECT uniqExact(id) ${of}`),
      await its.count(`SELECT count() FROM rejected_events WHERE tenant_id = '${tenant}'`),
    ];
    if (ids !== events || rejected) throw new Error(`Of ${events} events ${ids} landed, ${rejected} refused`);
  }

  const measured = await alternate(engine, plain);
  return [{
    what: `Kafka engine, a topic of ${events.toLocaleString("en")} events of 300 bytes`,
    unit: "events/s",
    ...measured,
    goal: { ratioAtLeast: 0.5 },
  }, await benchLag(kafka.address, clickHouse)];
}

async function benchLag(address: string, clickHouse: ClickHouse): Promise<Row> {
  const producer = new Deno.Command("kcat", {
    args: ["-P", "-b", address, "-t", "outreach", "-p", "0", "-H", "tenant=lag", "-X", "linger.ms=5"],
    stdin: "piped",
  }).spawn();
  const input = producer.stdin.getWriter();
  const text = new TextEncoder();
  try {
    return await measureLag("Kafka engine → table", clickHouse, async (lines) => {
      if (lines.length) await input.write(text.encode(`${lines.join("\n")}\n`));
    });
  } finally {
    await input.close();
    await producer.status;
  }
}
