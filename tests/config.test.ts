import assert from "node:assert/strict";
import { ConfigError, parseConfig, parseSinkConfig } from "../src/base/config.ts";

const least = { CLICKHOUSE_URL: "http://localhost:8123", AUTH_JWT_SECRET: "x".repeat(32) };

function faultsOf(environment: Record<string, string>): string[] {
  try {
    parseConfig({ ...least, ...environment });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.split("\n").map((line) => line.split(" ")[0]);
  }
}

Deno.test("what is not set has its default", () => {
  const config = parseConfig(least);
  assert.equal(config.PORT, 8787);
  assert.equal(config.HOST, "localhost");
  assert.equal(config.CLICKHOUSE_DATABASE, "sluice");
  assert.equal(config.SLUICE_SQL_DIR, "sql");
  assert.equal(config.SLUICE_DATA_DIR, ".sluice");
  assert.equal(config.SLUICE_DEMO, "1");
});

Deno.test("a secret or an address of keys is needed, and one is enough", () => {
  const { AUTH_JWT_SECRET: secret, ...rest } = least;
  const keys = "https://id.example.com/keys";
  assert.equal(parseConfig({ ...rest, AUTH_JWKS_URL: keys }).AUTH_JWT_SECRET, undefined);
  assert.equal(parseConfig({ ...rest, AUTH_JWT_SECRET: secret }).AUTH_JWKS_URL, undefined);
  assert.equal(parseConfig({ ...least, AUTH_JWKS_URL: keys }).AUTH_JWKS_URL, keys);
  assert.throws(
    () => parseConfig({ ...rest, AUTH_JWT_SECRET: "", PORT: "x" }),
    /^ConfigError: PORT is not valid.*\nAUTH_JWT_SECRET is not set\. Neither is AUTH_JWKS_URL, and one of them is needed/,
  );
});

Deno.test("an empty variable counts as absent", () => {
  assert.equal(parseConfig({ ...least, PORT: "" }).PORT, 8787);
  assert.deepEqual(faultsOf({ AUTH_JWT_SECRET: "" }), ["AUTH_JWT_SECRET"]);
});

Deno.test("a value that cannot be meant is a fault of its variable", () => {
  const wrong: Record<string, string[]> = {
    PORT: ["http", "-1", "65536", "80.5"],
    CLICKHOUSE_URL: ["localhost:8123", "ftp://localhost", "http://"],
    CLICKHOUSE_DATABASE: ["my-database", "a.b", "1st"],
    AUTH_JWT_SECRET: ["x".repeat(31)],
    AUTH_JWKS_URL: ["id.example.com/keys", "file:///etc/keys.json"],
    AUTH_CLOCK_TOLERANCE_SECONDS: ["-1", "601", "soon"],
    MAX_LINE_BYTES: ["0", "1e3.5", "many"],
    MAX_UNPACKED_BYTES: ["-5"],
    MAX_QUERY_SECONDS: ["0", "soon"],
    SLUICE_DEMO: ["yes", "2"],
    LOG_FORMAT: ["xml"],
    LOG_LEVEL: ["loud"],
    METRICS_TOKEN: ["short"],
    CLICKHOUSE_MAX_CONCURRENCY: ["0", "1.5", "many"],
    MAX_QUERY_MEMORY_BYTES: ["0", "8000000001"],
    MAX_QUERY_ROWS: ["-1"],
    MAX_RESULT_BYTES: ["0"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) assert.deepEqual(faultsOf({ [name]: value }), [name], `${name}=${value}`);
  }
});

Deno.test("all faults are told at once, and no value is repeated", () => {
  assert.deepEqual(faultsOf({ PORT: "x", SLUICE_DEMO: "y", AUTH_JWT_SECRET: "z" }), [
    "PORT",
    "AUTH_JWT_SECRET",
    "SLUICE_DEMO",
  ]);
  assert.throws(
    () => parseConfig({ ...least, AUTH_JWT_SECRET: "my-password" }),
    (error: Error) => !error.message.includes("my-password"),
  );
});

Deno.test("the sink needs NATS and ClickHouse, and no secret of tokens", () => {
  const sink = { CLICKHOUSE_URL: least.CLICKHOUSE_URL, NATS_URL: "nats://localhost:4222" };
  const config = parseSinkConfig(sink);
  assert.deepEqual(config.SINK_SUBJECTS.slice(0, 2), ["pipeline.message.*=outreach", "campaign.*=outreach"]);
  assert.equal("AUTH_JWT_SECRET" in config, false);
  assert.throws(
    () => parseSinkConfig({ CLICKHOUSE_URL: sink.CLICKHOUSE_URL }),
    /^ConfigError: NATS_URL is not set/,
  );
  const good = ["a=b", "a.*.c=b", "a.>=b", "*.a=b", " a=b , c=b ", "a=b,a=c"];
  for (const SINK_SUBJECTS of good) assert.ok(parseSinkConfig({ ...sink, SINK_SUBJECTS }), SINK_SUBJECTS);
  const bad = [
    "a",
    "a=",
    "=b",
    "a.>.c=b",
    "a b=c",
    "a..b=c",
    "a=b-c",
    "a=b; DROP",
    "a=b,a=b",
    "$JS.API=b",
    ",",
  ];
  for (const SINK_SUBJECTS of bad) {
    assert.throws(
      () => parseSinkConfig({ ...sink, SINK_SUBJECTS }),
      /SINK_SUBJECTS is not valid/,
      SINK_SUBJECTS,
    );
  }
});
