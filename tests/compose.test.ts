import assert from "node:assert/strict";
import { parse } from "yaml";
import { root } from "../src/hosts/deno/sql_files.ts";
import { isInstalled } from "./installed.ts";

const environment = {
  CLICKHOUSE_OWNER_PASSWORD: "one password",
  CLICKHOUSE_PASSWORD: "another",
  AUTH_JWT_SECRET: "a secret of at least 32 characters",
};

async function config(env: Record<string, string>, profile: string[] = []) {
  const { PATH = "" } = Deno.env.toObject();
  const options = { args: [...profile, "config"], cwd: root, env: { PATH, ...env }, clearEnv: true };
  const { success, stdout, stderr } = await new Deno.Command("docker-compose", options).output();
  return { success, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

if (await isInstalled("docker-compose")) {
  Deno.test("docker-compose takes the compose file, and each mounted file is there", async () => {
    const { success, stdout, stderr } = await config(environment);
    assert.ok(success, stderr);
    const { services } = parse(stdout);
    // those of a profile may be listed too
    const names = Object.keys(services).filter((name) =>
      !["follow", "kafka", "nats", "postgres", "sink"].includes(name)
    );
    assert.deepEqual(names.sort(), ["clickhouse", "gateway", "migrate"]);
    for (const { read_only, cap_drop, tmpfs } of [services.gateway, services.migrate]) {
      assert.deepEqual({ read_only, cap_drop, tmpfs }, {
        read_only: true,
        cap_drop: ["ALL"],
        tmpfs: ["/tmp"],
      });
    }
    const mounts: string[] = services.clickhouse.volumes.filter((volume: string) => volume.startsWith("/"));
    assert.equal(mounts.length, 6);
    for (const mount of mounts) assert.ok((await Deno.stat(mount.split(":")[0])).isFile, mount);
  });

  Deno.test("the compose file has a Postgres for those who ask for it, and each file that it mounts is there", async () => {
    const { success, stdout, stderr } = await config(
      { ...environment, MIGRATIONS: "postgres", SLUICE_POSTGRES_PASSWORD: "of Postgres" },
      ["--profile", "postgres"],
    );
    assert.ok(success, stderr);
    const { services: { postgres, clickhouse, migrate, gateway, follow } } = parse(stdout);
    assert.equal(clickhouse.environment.SLUICE_POSTGRES_PASSWORD, "of Postgres");
    assert.equal(postgres.environment.SLUICE_POSTGRES_PASSWORD, "of Postgres");
    assert.equal(follow.environment.SLUICE_POSTGRES_PASSWORD, "of Postgres");
    assert.equal(follow.environment.SLUICE_POSTGRES_HOST, clickhouse.environment.SLUICE_POSTGRES_HOST);
    assert.deepEqual([migrate, gateway].map(({ environment }) => environment.MIGRATIONS), [
      "postgres",
      "postgres",
    ]);
    const mounts: string[] = postgres.volumes.filter((volume: string) => volume.startsWith("/"));
    assert.equal(mounts.length, 4);
    for (const mount of mounts) assert.ok((await Deno.stat(mount.split(":")[0])).isFile, mount);
  });

  Deno.test("the compose file has a Kafka for those who ask for it, which the ClickHouse server finds", async () => {
    const { success, stdout, stderr } = await config(
      { ...environment, MIGRATIONS: "kafka", SLUICE_KAFKA_PASSWORD: "of Kafka" },
      ["--profile", "kafka"],
    );
    assert.ok(success, stderr);
    const { services: { kafka, clickhouse, migrate } } = parse(stdout);
    assert.equal(migrate.environment.MIGRATIONS, "kafka");
    const { SLUICE_KAFKA_BROKERS: brokers, SLUICE_KAFKA_PASSWORD: password } = clickhouse.environment;
    assert.equal(password, "of Kafka");
    assert.ok(kafka.environment.KAFKA_ADVERTISED_LISTENERS.includes(`PLAINTEXT://${brokers}`));
    const file = await Deno.readTextFile(`${root}deploy/clickhouse/config.d/kafka.xml`);
    const read = [...file.matchAll(/from_env="(\w+)"/g)].map(([, name]) => name);
    assert.ok(read.length >= 8);
    for (const name of read) assert.ok(name in clickhouse.environment, name);
  });

  Deno.test("the compose file has NATS and the sink for those who ask for them, with the password that both need", async () => {
    const { success, stdout, stderr } = await config(
      { ...environment, SLUICE_NATS_PASSWORD: "ofNATS" },
      ["--profile", "nats"],
    );
    assert.ok(success, stderr);
    const { services: { nats, sink } } = parse(stdout);
    assert.equal(nats.environment.SLUICE_NATS_PASSWORD, "ofNATS");
    assert.equal(sink.environment.NATS_URL, "nats://sluice:ofNATS@nats:4222");
    assert.deepEqual(sink.command, ["run", "-A", "--cached-only", "src/hosts/deno/sink.ts"]);
    const mounts: string[] = nats.volumes.filter((volume: string) => volume.startsWith("/"));
    assert.equal(mounts.length, 1);
    for (const mount of mounts) assert.ok((await Deno.stat(mount.split(":")[0])).isFile, mount);
  });

  Deno.test("the compose file names the variable that is not set", async () => {
    const { success, stderr } = await config({ ...environment, AUTH_JWT_SECRET: "" });
    assert.ok(!success);
    assert.match(stderr, /a secret of at least 32 characters/);
  });
}
