import assert from "node:assert/strict";
import { connectPostgres } from "../src/tools/postgres/postgres.ts";
import { freePort } from "../src/tools/engine/free_port.ts";
import { postgresAccount } from "../src/tools/postgres/account.ts";
import { postgresFolder } from "../src/tools/postgres/folder.ts";
import { signToken } from "../src/auth/token.ts";
import { boundMs, descendants, startProgram, temporaryFolder, waitFor } from "./program.ts";

// `deno task dev --postgres`: a Postgres beside the engine, whose changes come over by themselves.

const secret = "a secret of this test, long enough to be one";

/** The Postgres that a greeting names. */
function addressOf(printed: string) {
  const [, address] = /^Postgres +(postgresql:\/\/\S+)$/m.exec(printed) ?? assert.fail(printed);
  const { username: user, password, hostname: host, port, pathname } = new URL(address);
  return { user, password, host, port: Number(port), database: pathname.slice(1) };
}

function isListening(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return false;
  } catch {
    return true;
  }
}

Deno.test("dev --postgres shows what changes in its Postgres, keeps it, and never leaves it behind", async () => {
  await using folder = await temporaryFolder();
  const env = () => ({
    PORT: String(freePort()),
    SLUICE_DATA_DIR: `${folder.path}/data`,
    SLUICE_DEMO: "0",
    AUTH_JWT_SECRET: secret,
  });
  const start = () => startProgram(Deno.execPath(), ["task", "dev", "--postgres"], env());
  const authorization = `Bearer ${await signToken(secret, {
    tenantId: "acme",
    scope: "query",
    expires: "1h",
  })}`;
  let source: ReturnType<typeof addressOf>;
  const scoreCount = async (printed: string) => {
    const [, url] = /^Sluice +(http:\/\/\S+),/m.exec(printed) ?? assert.fail(printed);
    const response = await fetch(`${url}/v1/analytics/trends?dimension=confidence&granularity=month`, {
      headers: { authorization },
      signal: AbortSignal.timeout(boundMs),
    });
    const { data } = await response.json();
    return (data as { scoreCount: number }[] ?? []).reduce((sum, { scoreCount }) => sum + scoreCount, 0);
  };
  {
    await using dev = start();
    await dev.until(/(^curl .*\n){3}/m);
    source = addressOf(dev.printed());
    // 30 users have 20 scores each, of which those with n = 5, 10, 15 and 20 are of this dimension
    await waitFor("the sample is there", async () => await scoreCount(dev.printed()) === 30 * 4);
    const sql = connectPostgres(source);
    await sql`INSERT INTO outcome_scores (user_id, company_id, dimension, score)
      SELECT id, 'acme', 'confidence', 0.5 FROM users WHERE company_id = 'acme' LIMIT 1`;
    await sql.end();
    await waitFor("the new score is there", async () => await scoreCount(dev.printed()) === 30 * 4 + 1);
    dev.signalGroup("SIGINT");
    assert.equal(await dev.end(), 0);
    await waitFor("Postgres has ended", () => !isListening(source.port));
  }
  {
    await using dev = start();
    await dev.until(/(^curl .*\n){3}/m);
    source = addressOf(dev.printed());
    const sql = connectPostgres(source);
    assert.deepEqual([...await sql`SELECT count(*)::int AS scores FROM outcome_scores`], [{
      scores: 3 * 600 + 1,
    }]);
    await sql.end();
    for (const { pid, command } of descendants(dev.pid)) {
      if (/dev\.ts/.test(command)) Deno.kill(pid, "SIGKILL");
    }
    await waitFor("Postgres has ended with its parent", () => !isListening(source.port));
  }
  // run by root, it is not below the data folder
  const kept = await postgresFolder(`${folder.path}/data/postgres`, await postgresAccount());
  await Deno.remove(kept, { recursive: true });
});
