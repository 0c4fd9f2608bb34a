import assert from "node:assert/strict";
import { root } from "../src/hosts/deno/sql_files.ts";
import { freePort } from "../src/tools/engine/free_port.ts";
import { engineOptions, newTenant, secret, tokenOf } from "./gateway.ts";
import { type Program, runProgram, startProgram, waitFor } from "./program.ts";

function environment(): Record<string, string> {
  const { url, user, password, database } = engineOptions();
  return {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
  };
}

async function startGateway(): Promise<{ program: Program; address: string }> {
  const program = startProgram(
    Deno.execPath(),
    ["run", "--allow-all", "src/hosts/deno/main.ts"],
    environment(),
  );
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  await program.until(/Ready/);
  return { program, address };
}

/** The lines of requests, which a reader of JSON understands. */
function requestsOf(program: Program): Record<string, unknown>[] {
  return program.printed().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
    .filter(({ message }) => message === "request");
}

Deno.test("Each request is a line of JSON that says what it cost, and none is lost when the gateway stops", async () => {
  const { program, address } = await startGateway();
  await using _ = program;
  const tenant = newTenant();
  const headers = { authorization: `Bearer ${await tokenOf(tenant)}` };
  const response = await fetch(`${address}/v1/outreach/overview?timeRange=7d`, { headers });
  const bytes = (await response.arrayBuffer()).byteLength;
  await Promise.all(
    Array.from({ length: 200 }, async () => await (await fetch(`${address}/health/live`)).arrayBuffer()),
  );
  program.signalGroup("SIGTERM");
  assert.equal(await program.end(), 0);
  const requests = requestsOf(program);
  assert.equal(requests.length, 201);
  const { time, requestId, durationMs, clickHouseMs, ...line } = requests[0];
  assert.equal(requestId, response.headers.get("x-request-id"));
  assert.ok(!Number.isNaN(Date.parse(String(time))));
  assert.ok(Number(durationMs) >= Number(clickHouseMs) && Number(clickHouseMs) > 0);
  assert.ok(line.cache === undefined || line.cache === "miss");
  delete line.cache;
  delete line.bytesRead;
  assert.deepEqual(line, {
    level: "info",
    message: "request",
    tenantId: tenant,
    method: "GET",
    path: "/v1/outreach/overview",
    query: "outreach/overview",
    status: 200,
    bytesSent: bytes,
  });
});

Deno.test("LOG_LEVEL=error leaves out what is no error", async () => {
  const port = freePort();
  await using program = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    ...environment(),
    PORT: String(port),
    LOG_LEVEL: "error",
  });
  await waitFor("the gateway is ready", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status === 200;
  });
  program.signalGroup("SIGTERM");
  assert.equal(await program.end(), 0);
  const lines = program.printed().split("\n").filter((line) => line.startsWith("{"));
  assert.deepEqual(lines.filter((line) => JSON.parse(line).level !== "error"), []);
});

Deno.test("What a gateway refuses while it starts is no error", async () => {
  await using program = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    ...environment(),
    CLICKHOUSE_URL: `http://127.0.0.1:${freePort()}`,
  });
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  const headers = { authorization: `Bearer ${await tokenOf(newTenant())}` };
  for (const path of ["/health/ready", "/v1/outreach/overview"]) {
    const response = await fetch(address + path, { headers });
    assert.equal(response.status, 503, await response.text());
  }
  const requests = await waitFor("both are logged", () => {
    const lines = requestsOf(program);
    return lines.length === 2 && lines;
  });
  assert.deepEqual(requests.map(({ level }) => level), ["info", "info"]);
  assert.doesNotMatch(program.printed(), /"level":"error"/);
});

Deno.test("What was logged before an error that nobody caught is written", async () => {
  const program = `
    import { createLog } from "./src/hosts/deno/log.ts";
    const log = createLog({ format: "json" });
    for (let i = 0; i < 3; i++) log({ level: "info", message: "request", i });
    setTimeout(() => { throw new Error("nobody catches this"); }, 1);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program.replace("./src", `file://${root}src`));
  const { code, printed } = await runProgram(Deno.execPath(), ["run", "--allow-all", file]);
  await Deno.remove(file);
  assert.equal(code, 1);
  assert.equal(printed.split("\n").filter((line) => line.includes('"message":"request"')).length, 3);
});
