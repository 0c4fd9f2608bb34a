import assert from "node:assert/strict";
import { isQualityCheck, qualityCheckName } from "../src/catalog/quality_check.ts";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { demoTenants } from "../src/tools/demo/load.ts";
import { freePort } from "../src/tools/engine/free_port.ts";
import { readSqlFiles, root } from "../src/hosts/deno/sql_files.ts";
import {
  boundMs,
  copyFolder,
  descendants,
  type Program,
  runProgram,
  startProgram,
  temporaryFolder,
  waitFor,
} from "./program.ts";

// `deno task dev` as a developer has it: real processes, a folder and a port of their own.

interface DevOptions {
  dataDir: string;
  sqlDir?: string;
  port?: number;
  demo?: boolean;
}

function devEnv({ dataDir, sqlDir, port, demo }: DevOptions): Record<string, string> {
  return {
    PORT: String(port ?? freePort()),
    SLUICE_DATA_DIR: dataDir,
    SLUICE_DEMO: demo ? "1" : "0",
    ...(sqlDir && { SLUICE_SQL_DIR: sqlDir }),
  };
}

function startDev(options: DevOptions): Program {
  return startProgram(Deno.execPath(), ["task", "dev"], devEnv(options));
}

/** Waits until the server has greeted, and reads what it says. */
async function greetingOf(dev: Program) {
  await dev.until(/(^curl .*\n){3}/m);
  const text = dev.printed();
  const find = (pattern: RegExp) => pattern.exec(text)?.[1] ?? assert.fail(`${pattern} is not in:\n${text}`);
  return {
    url: find(/^Sluice +(http:\/\/\S+),/m),
    engineUrl: find(/^ClickHouse +(http:\/\/\S+) /m),
    curls: [...text.matchAll(/^curl .*$/gm)].map(([line]) => line),
    tokenOf: (tenant: string) => find(new RegExp(`^Token of ${tenant}:\n(\\S+)$`, "m")),
  };
}

async function get(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(boundMs) });
  return { status: response.status, body: await response.json() };
}

/** Answer of a command line that somebody has pasted. */
async function paste(line: string) {
  const { code, printed } = await runProgram("bash", ["-c", line]);
  assert.equal(code, 0, printed);
  return JSON.parse(printed);
}

async function nobodyLeft(dev: Program): Promise<void> {
  await waitFor("all processes of the group have ended", () => dev.group().length === 0);
}

function findProcess(dev: Program, script: string) {
  return dev.group().find(({ command }) => command.includes(`run`) && command.includes(script)) ??
    assert.fail(`${script} does not run`);
}

const myFirstMessages = "outreach/events?entityId=my-first-message";

Deno.test("dev serves, keeps its data, shares the machine, and stops without leaving a process", async (t) => {
  await using folder = await temporaryFolder();
  const [dataDir, sqlDir] = [`${folder.path}/data`, `${folder.path}/sql`];
  const port = freePort();
  await copyFolder(`${root}sql`, sqlDir);

  await t.step("on an empty folder", async (t) => {
    await using dev = startDev({ dataDir, sqlDir, port });
    const { url, engineUrl, curls, tokenOf } = await greetingOf(dev);
    const token = tokenOf("acme");

    await t.step("it names its address and ClickHouse's", async () => {
      assert.equal(url, `http://localhost:${port}`);
      assert.equal(await (await fetch(`${engineUrl}/ping`)).text(), "Ok.\n");
      const [, tcpPort] = /native protocol on port (\d+)/.exec(dev.printed())!;
      (await Deno.connect({ hostname: "127.0.0.1", port: Number(tcpPort) })).close();
    });

    await t.step("each of its curl lines works when pasted", async () => {
      const answers = [];
      for (const line of curls) answers.push(await paste(line));
      assert.equal(answers[0].data.summary.totalMessagesSent, 0);
      assert.equal(answers[1].data.summary.totalCampaigns, 0);
      assert.deepEqual(answers[2], { data: { accepted: 1, rejected: 0, rejections: [] } });
      // an answer may be ten seconds old
      await waitFor(
        "the event is counted",
        async () => (await paste(curls[0])).data.summary.totalMessagesSent === 1,
      );
    });

    await t.step("its commands for an admin's token and for SQL work when pasted", async () => {
      const [, tokenCommand] = /^Token of an admin: (.*)$/m.exec(dev.printed())!;
      const { printed } = await runProgram("bash", ["-c", tokenCommand]);
      const [adminToken] = /^eyJ\S+$/m.exec(printed) ?? assert.fail(printed);
      assert.equal((await get(`${url}/v1/admin/keys`, adminToken)).status, 200);
      const [, sqlCommand] = /^SQL as acme: (.*)$/m.exec(dev.printed())!;
      const count = "SELECT uniqExact(id) AS ids, any(tenant_id) AS tenant FROM outreach_events";
      const asked = await runProgram("bash", ["-c", `${sqlCommand} '${count} FORMAT TSV'`]);
      assert.match(asked.printed, /^1\tacme$/m);
    });

    await t.step("another client sees one tenant's rows alone with the login that it names", async () => {
      const login = /host (\S+), port (\d+).* user (\w+), the password in (\S+), the setting (\w+)=(\w+)$/m;
      const [, host, port, user, file, setting, tenant] = login.exec(dev.printed())!;
      const headers = { "x-clickhouse-user": user, "x-clickhouse-key": await Deno.readTextFile(file) };
      const countAs = async (tenant: string) => {
        const address = `http://${host}:${port}/?database=sluice&${setting}=${tenant}`;
        const body = "SELECT uniqExact(id) FROM outreach_events";
        return await (await fetch(address, { method: "POST", headers, body })).text();
      };
      assert.deepEqual([await countAs(tenant), await countAs("globex")], ["1\n", "0\n"]);
    });

    await t.step("it has a token for each demo tenant, which sees its own events only", async () => {
      const counts = await Promise.all(demoTenants.map(async (tenant) => {
        const { status, body } = await get(`${url}/v1/${myFirstMessages}`, tokenOf(tenant));
        assert.equal(status, 200);
        return body.data.length;
      }));
      assert.deepEqual(counts, [1, 0, 0]);
    });

    await t.step("a second start on the same folder says so in a line and harms nothing", async () => {
      const { code, printed } = await runProgram(
        Deno.execPath(),
        ["task", "dev"],
        devEnv({ dataDir, sqlDir }),
      );
      assert.notEqual(code, 0);
      assert.match(
        printed,
        /^Cannot start: .*another process has its data folder open; set SLUICE_DATA_DIR.*$/m,
      );
      assert.doesNotMatch(printed, /^\s+at /m);
      assert.equal((await get(`${url}/v1/${myFirstMessages}`, token)).body.data.length, 1);
    });

    await t.step("a taken port is named, and the engine that was started for it ends", async () => {
      await using second = startDev({ dataDir: `${folder.path}/unused`, sqlDir, port });
      assert.notEqual(await second.end(), 0);
      assert.match(second.printed(), new RegExp(`^Cannot start: PORT ${port} is taken`, "m"));
      await nobodyLeft(second);
    });

    await t.step("another server with its own port and folder runs beside it", async () => {
      await using second = startDev({ dataDir: `${folder.path}/second`, sqlDir });
      const other = await greetingOf(second);
      assert.notEqual(other.engineUrl, engineUrl);
      const { status, body } = await get(`${other.url}/v1/${myFirstMessages}`, other.tokenOf("acme"));
      assert.equal(status, 200);
      assert.deepEqual(body.data, []);
      assert.equal((await get(`${url}/v1/${myFirstMessages}`, other.tokenOf("acme"))).status, 401);
      second.signalGroup("SIGTERM");
      assert.equal(await second.end(), 0);
      await nobodyLeft(second);
    });

    await t.step("saved query files change the endpoints", (t) => savedFiles(t, { dev, url, token, sqlDir }));

    await t.step("Ctrl-C stops all of it, with exit code 0", async () => {
      const openConnection = await Deno.connect({ hostname: "localhost", port });
      dev.signalGroup("SIGINT");
      assert.equal(await dev.end(), 0);
      await nobodyLeft(dev);
      openConnection.close();
      await assert.rejects(fetch(url));
    });
  });

  await t.step("started again it has its data, and kill -9 of it ends its engine", async () => {
    await using dev = startDev({ dataDir, sqlDir });
    const { url, tokenOf } = await greetingOf(dev);
    assert.equal((await get(`${url}/v1/${myFirstMessages}`, tokenOf("acme"))).body.data.length, 1);
    Deno.kill(findProcess(dev, "src/tools/dev.ts").pid, "SIGKILL");
    await nobodyLeft(dev);
  });

  await t.step("kill -9 of the task runner above it ends it and its engine", async () => {
    await using dev = startDev({ dataDir, sqlDir });
    const { url, tokenOf } = await greetingOf(dev);
    assert.equal((await get(`${url}/v1/${myFirstMessages}`, tokenOf("acme"))).body.data.length, 1);
    Deno.kill(dev.pid, "SIGKILL");
    await nobodyLeft(dev);
  });

  await t.step("kill -9 of an npx above the task runner ends it and its engine", async () => {
    // npx runs what it was asked for in a shell; only its name is looked at
    const npx = `${folder.path}/npx`;
    await Deno.writeTextFile(npx, `#!/bin/bash\nsh -c '"$DENO" task dev; exit' &\nwait\n`, { mode: 0o755 });
    await using dev = startProgram(npx, [], { ...devEnv({ dataDir, sqlDir }), DENO: Deno.execPath() });
    await greetingOf(dev);
    assert.equal(descendants(dev.pid)[0].command.split(" ")[0], "sh");
    Deno.kill(dev.pid, "SIGKILL");
    await nobodyLeft(dev);
  });

  await t.step("it ends, saying so, when its engine is killed", async () => {
    await using dev = startDev({ dataDir, sqlDir });
    await greetingOf(dev);
    Deno.kill(findProcess(dev, "engine/process.ts").pid, "SIGKILL");
    assert.notEqual(await dev.end(), 0);
    assert.match(dev.printed(), /^The embedded ClickHouse has ended by itself$/m);
    await nobodyLeft(dev);
  });

  await t.step("SIGTERM to the task runner alone, while it starts, ends it and its engine", async () => {
    await using dev = startDev({ dataDir: `${folder.path}/fresh`, sqlDir });
    await dev.until(/^ClickHouse /m);
    Deno.kill(dev.pid, "SIGTERM");
    assert.equal(await dev.end(), 0);
    await nobodyLeft(dev);
  });
});

interface Saving {
  dev: Program;
  url: string;
  token: string;
  sqlDir: string;
}

async function savedFiles(t: Deno.TestContext, { dev, url, token, sqlDir }: Saving): Promise<void> {
  const file = `${sqlDir}/trial/answer.sql`;
  const ask = async (path = "trial/answer") => await get(`${url}/v1/${path}`, token);
  const answers = (expected: unknown) =>
    waitFor(`the answer is ${JSON.stringify(expected)}`, async () => {
      const { status, body } = await ask();
      return status === 200 && JSON.stringify(body.data) === JSON.stringify(expected);
    });
  const query = (column: string) => `/*---\nsummary: Trial\ntenant: none\n---*/\nSELECT\n    ${column}\n`;

  await t.step("a new one adds an endpoint", async () => {
    assert.equal((await ask()).status, 404);
    await Deno.mkdir(`${sqlDir}/trial`);
    await Deno.writeTextFile(file, query("1 AS one"));
    await answers([{ one: 1 }]);
    await dev.until(/^Query files loaded: trial\/answer is new$/m);
  });

  await t.step("a changed one changes its endpoint", async () => {
    await Deno.writeTextFile(file, query("2 AS two"));
    await answers([{ two: 2 }]);
    await dev.until(/^Query files loaded: trial\/answer has changed$/m);
  });

  await t.step(
    "a broken one is shown with line, caret and reason, and its last good version serves on",
    async () => {
      const before = dev.printed().length;
      await Deno.writeTextFile(file, query("nothing_such AS two"));
      const shown = await waitFor("the fault is shown", () => {
        const text = dev.printed().slice(before);
        return /the last good version/.test(text) && text;
      });
      const [, name, line, column, reason, gutter, source, caret] =
        /^(.*answer\.sql):(\d+):(\d+): (.+)\n +(\d+) \| (.*)\n +\| ( *\^)$/m.exec(shown) ??
          assert.fail(shown);
      assert.equal(name, file);
      assert.deepEqual([line, gutter, column], ["6", "6", "5"]);
      assert.match(reason, /nothing_such/);
      assert.equal(source.slice(caret.length - 1), "nothing_such AS two");
      assert.deepEqual((await ask()).body.data, [{ two: 2 }]);
      assert.equal((await ask("outreach/overview")).status, 200);
    },
  );

  await t.step("a mended one serves", async () => {
    await Deno.writeTextFile(file, query("3 AS three"));
    await answers([{ three: 3 }]);
  });

  await t.step("one that an editor replaces by renaming serves", async () => {
    await Deno.writeTextFile(`${file}~`, query("4 AS four"));
    await Deno.rename(`${file}~`, file);
    await answers([{ four: 4 }]);
  });

  await t.step("a folder that is renamed moves its endpoints", async () => {
    await Deno.rename(`${sqlDir}/trial`, `${sqlDir}/moved`);
    await waitFor("the endpoint has moved", async () => (await ask("moved/answer")).status === 200);
    assert.equal((await ask()).status, 404);
    await dev.until(/^Query files loaded: moved\/answer is new; trial\/answer is gone$/m);
  });

  await t.step("a deleted one is no endpoint any more", async () => {
    await Deno.remove(`${sqlDir}/moved/answer.sql`);
    await waitFor("the endpoint is gone", async () => (await ask("moved/answer")).status === 404);
    assert.equal((await ask("outreach/overview")).status, 200);
  });
}

Deno.test("dev loads demo data once, the same whenever it is loaded", async () => {
  await using folder = await temporaryFolder();
  const dataDir = `${folder.path}/data`;
  const since = new Date();
  const until = since.toISOString();

  const read = async (dev: Program) => {
    const { url, engineUrl, tokenOf } = await greetingOf(dev);
    const clickHouse = createClickHouse({
      url: engineUrl,
      user: "sluice",
      password: await Deno.readTextFile(`${dataDir}/engine_password`),
      database: "sluice",
    });
    const [ids] = await readRows<{ events: number; hash: number }>(clickHouse, {
      // the hash's upper half is cut off, since numbers of JSON hold 53 bits
      sql: `SELECT uniqExact(id) AS events, groupBitXor(cityHash64(id)) % 1000000007 AS hash
        FROM (SELECT DISTINCT id FROM outreach_events WHERE occurred_at < parseDateTime64BestEffort({until:String}))`,
      parameters: { until },
    });
    const answers = await Promise.all(demoTenants.map(async (tenant) => {
      const range = `startDate=${new Date(since.getTime() - 30 * 86_400_000).toISOString()}&endDate=${until}`;
      const { status, body } = await get(`${url}/v1/outreach/overview?${range}`, tokenOf(tenant));
      assert.equal(status, 200, JSON.stringify(body));
      return body.data.summary;
    }));
    return { url, tokenOf, ids, answers };
  };

  let first: Awaited<ReturnType<typeof read>>;
  {
    await using dev = startDev({ dataDir, demo: true });
    first = await read(dev);
    assert.match(dev.printed(), /^Demo data +: done$/m);
    assert.ok(first.ids.events > 500_000, `there are ${first.ids.events} events`);
    const sent = first.answers.map(({ totalMessagesSent }) => totalMessagesSent);
    assert.ok(sent[0] > sent[1] && sent[1] > sent[2] && sent[2] > 0, `the tenants sent ${sent}`);
    for (
      const query of [
        "overview",
        "messages",
        "campaigns",
        "workflows",
        "sequences",
        "templates",
        "traffic",
        "events",
      ]
    ) {
      const { status, body } = await get(`${first.url}/v1/outreach/${query}`, first.tokenOf("acme"));
      assert.equal(status, 200, `${query}: ${JSON.stringify(body)}`);
    }
    // its quality checks have run soon after
    const checks = (await readSqlFiles()).map(({ path }) => path).filter(isQualityCheck).map(
      qualityCheckName,
    );
    await waitFor("there is a result of each quality check", async () => {
      const { status, body } = await get(`${first.url}/v1/quality/results`, first.tokenOf("acme"));
      assert.equal(status, 200, JSON.stringify(body));
      const failed = body.data.filter(({ passed }: { passed: boolean }) => !passed);
      assert.deepEqual(failed, []);
      const ran = new Set(body.data.map(({ check }: { check: string }) => check));
      return checks.every((check) => ran.has(check));
    });
    for (const query of ["company", "programs", "language-groups", "journey-stages"]) {
      await waitFor(`the dashboard ${query} has rows`, async () => {
        const { body } = await get(`${first.url}/v1/analytics/${query}`, first.tokenOf("acme"));
        return query === "company" ? body.data.users > 0 : body.data.length > 0;
      });
    }
    dev.signalGroup("SIGINT");
    assert.equal(await dev.end(), 0);
  }
  {
    // as if it had been loaded the day before yesterday
    const through = new Date(since.getTime() - 2 * 86_400_000).toISOString().slice(0, 10);
    await Deno.writeTextFile(`${dataDir}/demo.json`, JSON.stringify({ through }));
    await using dev = startDev({ dataDir, demo: true });
    const second = await read(dev);
    assert.match(dev.printed(), /^Demo data +: done$/m);
    assert.deepEqual(second.ids, first.ids);
    assert.deepEqual(second.answers, first.answers);
    dev.signalGroup("SIGINT");
    assert.equal(await dev.end(), 0);
  }
  {
    await using dev = startDev({ dataDir, demo: true });
    await greetingOf(dev);
    assert.doesNotMatch(dev.printed(), /Demo data/, "the same day it loads nothing");
  }
});
