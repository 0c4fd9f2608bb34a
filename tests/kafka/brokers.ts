import { freePort } from "../../src/tools/engine/free_port.ts";
import { type Program, runProgram, startProgram, temporaryFolder, waitFor } from "../program.ts";

/** A broker on loopback; disposing of it ends it. */
export interface Broker extends AsyncDisposable {
  address: string;
}

/** Apache Kafka, of which a kill loses nothing that it has acknowledged. */
export interface KafkaServer extends Broker {
  /** The address at which clients must say a name and a password. */
  secured: { address: string; user: string; password: string };
  start(): Promise<void>;
  /** Ends it by `kill -9`. */
  kill(): Promise<void>;
}

/** What of a message is beside its content. */
export interface Place {
  topic: string;
  /** In kcat's form, such as `tenant=acme`. */
  headers?: string[];
  key?: string;
}

/** The broker that librdkafka has within it: the protocol's, of groups and offsets too, kept in memory. */
export async function startMockBroker(): Promise<Broker> {
  const program = startProgram("kcat", ["-C", "-b", "x", "-t", "boot", "-X", "test.mock.num.brokers=1"]);
  const [, address] = await program.until(/replaced with (127\.0\.0\.1:\d+)/);
  return { address, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/**
 * The folder of Apache Kafka's jars, which `SLUICE_TEST_KAFKA` names (.ci/install_kafka); undefined, and said, where there is
 * none. Throws where CI requires one.
 */
export async function kafkaJars(): Promise<string | undefined> {
  const folder = Deno.env.get("SLUICE_TEST_KAFKA");
  if (folder) {
    await Deno.stat(folder);
    return folder;
  }
  const why = "SLUICE_TEST_KAFKA names no folder of Apache Kafka's jars";
  if (Deno.env.get("SLUICE_REQUIRE_SERVICES") === "1") throw new Error(`Cannot test Apache Kafka: ${why}`);
  // deno-lint-ignore no-console -- a skipped check must be seen
  console.log(`Skipped, since ${why}`);
}

/** Starts Apache Kafka: one node, which is its own controller. */
export async function startKafkaServer(jars: string): Promise<KafkaServer> {
  const folder = await temporaryFolder();
  const [port, securedPort, controllerPort] = [freePort(), freePort(), freePort()];
  const [user, password] = ["sluice", crypto.randomUUID()];
  const address = `127.0.0.1:${port}`;
  const settings = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners:
      `PLAINTEXT://${address},SASL_PLAINTEXT://127.0.0.1:${securedPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://${address},SASL_PLAINTEXT://127.0.0.1:${securedPort}`,
    "listener.security.protocol.map":
      "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "sasl.enabled.mechanisms": "PLAIN",
    "listener.name.sasl_plaintext.plain.sasl.jaas.config":
      `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user}="${password}";`,
    "log.dirs": `${folder.path}/data`,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
    "num.partitions": 4,
  };
  const text = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join("");
  await Deno.writeTextFile(`${folder.path}/server.properties`, text);
  await Deno.mkdir(`${folder.path}/data`);
  // what its tool for that writes, which is another start of Java
  const ids = `version=1\nnode.id=1\ncluster.id=${"A".repeat(22)}\ndirectory.id=${"B".repeat(21)}A\n`;
  await Deno.writeTextFile(`${folder.path}/data/meta.properties`, ids);
  let running: Program | undefined;

  async function kill(): Promise<void> {
    await running?.[Symbol.asyncDispose]();
    running = undefined;
  }

  const server: KafkaServer = {
    address,
    secured: { address: `127.0.0.1:${securedPort}`, user, password },
    async start() {
      running = startProgram("java", [
        ...["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"],
        ...["-cp", `${jars}/*`, "kafka.Kafka", `${folder.path}/server.properties`],
      ]);
      const asking = ["-L", "-b", address, "-m", "2"];
      await waitFor(
        "Apache Kafka answers",
        async () => /broker 1 at/.test((await runProgram("kcat", asking)).printed),
      );
    },
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await folder[Symbol.asyncDispose]();
    },
  };
  await server.start();
  return server;
}

/** Sends each line as a message; resolves when the broker has them all. */
export async function produceLines(broker: Broker, place: Place, lines: string[]): Promise<void> {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/lines`, lines.map((line) => `${line}\n`).join(""));
  await produceFile(broker, place, `${folder.path}/lines`);
}

/** Sends each line of a file as a message; resolves when the broker has them all. */
export async function produceFile({ address }: Broker, place: Place, file: string): Promise<void> {
  await kcat([...argsOf(address, place), "-l", file]);
}

/** Sends each content as a message, whatever bytes it has. */
export async function produce(
  { address }: Broker,
  place: Place,
  contents: (string | Uint8Array)[],
): Promise<void> {
  await using folder = await temporaryFolder();
  const files = contents.map((_, i) => `${folder.path}/${i}`);
  for (const [i, content] of contents.entries()) {
    await Deno.writeFile(files[i], typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  await kcat([...argsOf(address, place), ...files]);
}

function argsOf(address: string, { topic, headers = [], key }: Place): string[] {
  return [
    ...["-P", "-b", address, "-t", topic, "-X", "acks=all"],
    ...headers.flatMap((header) => ["-H", header]),
    ...key === undefined ? [] : ["-k", key],
  ];
}

async function kcat(args: string[]): Promise<void> {
  const { code, printed } = await runProgram("kcat", args);
  if (code !== 0) throw new Error(`kcat failed: ${printed}`);
}
