import assert from "node:assert/strict";
import { engineOptions, newTenant, secret, tokenOf } from "./gateway.ts";
import { startProgram, waitFor } from "./program.ts";

const clients = 500;
const tenants = 20;
const loadMs = 4_000;
const ok = "200 ";
const overloaded = "503 /problems/overloaded";
/** What the process had at most when this was written was 210 MB. */
const maxResidentBytes = 500_000_000;

Deno.test("500 clients at once get an answer or are told to come back, memory stays bounded, and then all is well", async () => {
  const { url, user, password, database } = engineOptions();
  await using program = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
    BUDGET_REQUESTS_PER_SECOND: "20",
    CLICKHOUSE_MAX_CONCURRENCY: "2",
    MAX_QUERY_SECONDS: "8",
  });
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  await program.until(/Ready/);
  const tokens = await Promise.all(Array.from({ length: tenants }, () => tokenOf(newTenant())));
  let asked = 0;
  const ask = async (token: string, signal?: AbortSignal) => {
    // each asks for a range of its own, which no cache has
    const start = new Date(Date.now() - 7 * 86_400_000 - asked++).toISOString();
    const range = `startDate=${start}&endDate=${new Date().toISOString()}`;
    const response = await fetch(`${address}/v1/outreach/overview?${range}`, {
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    const { type } = await response.json();
    return { what: `${response.status} ${type ?? ""}`, retryAfter: response.headers.get("retry-after") };
  };

  const counts = new Map<string, number>();
  const leaving = new AbortController();
  const load = Array.from({ length: clients }, async (_, i) => {
    while (!leaving.signal.aborted) {
      const answer = await ask(tokens[i % tenants], leaving.signal).catch(() => undefined);
      if (!answer) {
        assert.ok(leaving.signal.aborted, "no connection breaks");
        return;
      }
      const { what, retryAfter } = answer;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      if (what === ok) continue;
      assert.ok(Number(retryAfter) >= 1, what);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  await new Promise((resolve) => setTimeout(resolve, loadMs));
  await waitFor("there is overload, and there are answers", () => counts.get(overloaded) && counts.get(ok));
  // all leave at once, those that wait too
  leaving.abort();
  await Promise.all(load);
  const expected = [ok, overloaded, "429 /problems/too-many-requests"];
  assert.deepEqual([...counts.keys()].filter((what) => !expected.includes(what)), []);

  if (Deno.build.os === "linux") {
    const status = await Deno.readTextFile(`/proc/${program.pid}/status`);
    const peakBytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1_024;
    assert.ok(peakBytes < maxResidentBytes, `${peakBytes} bytes`);
  }
  for (const token of tokens) {
    await waitFor("a request is answered again", async () => (await ask(token)).what === ok);
  }
  program.signalGroup("SIGTERM");
  assert.equal(await program.end(), 0);
});
