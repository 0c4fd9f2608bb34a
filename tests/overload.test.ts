import assert from "node:assert/strict";
import { engineOptions, newTenant, secret, tokenOf } from "./gateway.ts";
import { startProgram, waitFor } from "./program.ts";

const clients = 500;
const tenants = 20;
const loadMs = 5_000;
/** What the process had at most when this was written was 210 MB. */
const maxResidentBytes = 500_000_000;

Deno.test("500 clients at once get an answer or are told to come back, memory stays bounded, and then all is well", async () => {
  const { url, user, password, database } = engineOptions();
  await using program = startProgram(Deno.execPath(), ["run", "--allow-all", "src/main.ts"], {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
    BUDGET_REQUESTS_PER_SECOND: "20",
    MAX_QUERY_SECONDS: "5",
  });
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  await program.until(/Ready/);
  const tokens = await Promise.all(Array.from({ length: tenants }, () => tokenOf(newTenant())));
  const ask = async (token: string) => {
    const response = await fetch(`${address}/v1/outreach/overview?timeRange=7d`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { type } = await response.json();
    return { status: response.status, type, retryAfter: response.headers.get("retry-after") };
  };

  const counts = new Map<string, number>();
  const answered = new Set<string>();
  const until = Date.now() + loadMs;
  await Promise.all(Array.from({ length: clients }, async (_, i) => {
    const token = tokens[i % tenants];
    while (Date.now() < until) {
      const { status, type, retryAfter } = await ask(token);
      const what = `${status} ${type ?? ""}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      if (status === 200) answered.add(token);
      else {
        assert.ok(Number(retryAfter) >= 1, what);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }));
  const seen = [...counts.keys()];
  const expected = ["200 ", "429 /problems/too-many-requests", "503 /problems/overloaded"];
  assert.deepEqual(seen.filter((what) => !expected.includes(what)), []);
  assert.ok(counts.get("503 /problems/overloaded")! > 0, "there was overload");
  assert.equal(answered.size, tenants, "each tenant got answers");

  if (Deno.build.os === "linux") {
    const status = await Deno.readTextFile(`/proc/${program.pid}/status`);
    const peakBytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1_024;
    assert.ok(peakBytes < maxResidentBytes, `${peakBytes} bytes`);
  }
  const recovered = await waitFor(
    "a request is answered again",
    async () => (await ask(tokens[0])).status === 200,
  );
  assert.ok(recovered);
  program.signalGroup("SIGTERM");
  assert.equal(await program.end(), 0);
});
