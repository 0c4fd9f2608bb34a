import assert from "node:assert/strict";
import { optionalMigrations } from "../src/base/variables/optional_migrations.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { parse } from "yaml";
import { type Copy, copyOfRepository } from "./copy.ts";
import { engineOptions } from "./gateway.ts";
import { runProgram, startProgram } from "./program.ts";

// The tasks as an analyst runs them, in a copy of the repository.

/** How many migrations are in a folder and those below, without the optional ones. */
async function countMigrations(folder: string): Promise<number> {
  let count = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) count++;
    else if (!optionalMigrations.includes(name)) count += await countMigrations(`${folder}/${name}`);
  }
  return count;
}

/** What the task printed below the line with which Deno names it, as JSON. */
function jsonOf(printed: string) {
  return JSON.parse(printed.slice(printed.indexOf("{")));
}

Deno.test("migrate goes up and down, tells the status, makes and dumps", async (t) => {
  await using copy = await copyOfRepository();
  const all = await countMigrations(`${copy.path}/migrations`);
  const status = async () => {
    const { code, printed } = await copy.task("migrate", "status");
    assert.equal(code, 0, printed);
    return {
      applied: Number(/Applied: (\d+)/.exec(printed)?.[1]),
      pending: Number(/Pending: (\d+)/.exec(printed)?.[1]),
    };
  };

  await t.step("status, up, down and up again, on the data folder", async () => {
    assert.deepEqual(await status(), { applied: 0, pending: all });
    assert.equal((await copy.task("migrate", "up")).code, 0);
    assert.deepEqual(await status(), { applied: all, pending: 0 });
    const down = await copy.task("migrate", "down");
    assert.equal(down.code, 0, down.printed);
    assert.deepEqual(await status(), { applied: all - 1, pending: 1 });
    const up = await copy.task("migrate", "up");
    assert.equal(up.printed.match(/^Applied: /gm)?.length, 1, up.printed);
  });

  await t.step("new makes a migration that applies", async () => {
    const { code, printed } = await copy.task("migrate", "new", "trial/things/trial_things");
    assert.equal(code, 0, printed);
    const [, file] = /^Wrote (migrations\/trial\/things\/\d{14}_trial_things\.sql)$/m.exec(printed) ??
      assert.fail(printed);
    assert.match(
      await copy.read(file),
      /^-- migrate:up$[^]*CREATE TABLE trial_things$[^]*^-- migrate:down$/m,
    );
    const up = await copy.task("migrate", "up");
    assert.equal(up.code, 0, up.printed);
    assert.match(up.printed, /^Applied: \d{14}_trial_things\.sql/m);
  });

  await t.step(
    "two migrations of one version are refused: the second one would never be applied",
    async () => {
      const file = "migrations/stream/20261101040100_live_things.sql";
      await copy.write(file, "-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELECT 1;\n");
      const { code, printed } = await copy.task("migrate", "up");
      assert.notEqual(code, 0);
      assert.match(
        printed,
        /version of its own: stream\/20261101040100_\w+\.sql and stream\/20261101040100_\w+\.sql have/,
      );
      await Deno.remove(`${copy.path}/${file}`);
    },
  );

  await t.step("a bad name and an unknown command are told, with exit code 2", async () => {
    for (
      const args of [["new", "things"], ["new", "Trial/Things"], ["new", "../trial/things"], ["new"], [
        "sideways",
      ], []]
    ) {
      const { code, printed } = await copy.task("migrate", ...args);
      assert.equal(code, 2, `migrate ${args.join(" ")}: ${printed}`);
      assert.doesNotMatch(printed, /^\s+at /m);
    }
  });

  await t.step("dump writes what the migrations make", async () => {
    const { code, printed } = await copy.task("migrate", "dump");
    assert.equal(code, 0, printed);
    const schema = await copy.read("sql/schema.sql");
    assert.match(schema, /CREATE TABLE sluice\.outreach_events/);
    assert.match(schema, /CREATE TABLE sluice\.trial_things/);
  });
});

Deno.test("query prints a table or any format, and says what is wrong", async (t) => {
  await using copy = await copyOfRepository();
  await copy.write(
    "sql/outreach/trial.sql",
    `/*---
summary: Events of a channel
params:
  channel: { example: email }
---*/
SELECT
    channel,
    uniqExact(id) AS events
FROM outreach_events
WHERE tenant_id = {tenantId:String}
    AND channel = {channel:Enum('email', 'sms')}
GROUP BY channel
`,
  );

  await t.step("on the data folder, without a server", async () => {
    assert.equal((await copy.task("migrate", "up")).code, 0);
    const { code, printed } = await copy.task("query", "outreach/trial", "--channel=email", "--format=json");
    assert.equal(code, 0, printed);
    assert.deepEqual(jsonOf(printed).data, []);
  });

  await using dev = startProgram(Deno.execPath(), ["task", "dev"], {
    ...copy.env,
    PORT: "0",
    SLUICE_DEMO: "0",
  }, copy.path);
  const [, url] = await dev.until(/^Sluice +(http:\S+),/m);
  const [, token] = await dev.until(/^Token of acme:\n(\S+)$/m);
  const events = ["a", "b"].map((entityId) => ({
    id: crypto.randomUUID(),
    eventType: "message_sent",
    entityId,
    channel: "sms",
    occurredAt: new Date(Date.now() - 60_000).toISOString(),
  }));
  const sent = await fetch(`${url}/v1/events/outreach`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: events.map((event) => JSON.stringify(event)).join("\n"),
  });
  assert.equal(sent.status, 200, await sent.text());

  await t.step("on the server that runs: a table", async () => {
    const { code, printed } = await copy.task("query", "outreach/trial", "--channel=sms");
    assert.equal(code, 0, printed);
    assert.match(printed, /channel.*events/);
    assert.match(printed, /sms.* 2 /);
  });

  await t.step("of an object: its fields, and a table for each list in it, or one alone", async () => {
    await copy.write(
      "sql/outreach/whole.sql",
      `/*---
summary: An object
tenant: none
returns: object
---*/
SELECT
    CAST((5, NULL), 'Tuple(sent UInt64, rate Nullable(Float64))') AS summary,
    CAST([('email', 3), ('sms', 2)], 'Array(Tuple(channel String, sent UInt64))') AS byChannel
`,
    );
    const whole = await copy.task("query", "outreach/whole");
    assert.equal(whole.code, 0, whole.printed);
    assert.match(whole.printed, /summary\.sent: +5\n[^]*\nbyChannel\n[^]*channel.*sent[^]*email.* 3 /);
    const alone = await copy.task("query", "outreach/whole", "--table=byChannel", "--format=csv");
    assert.match(alone.printed, /^"channel","sent"\n"email",3\n"sms",2$/m);
    const none = await copy.task("query", "outreach/whole", "--table=byDay");
    assert.deepEqual([none.code, /the lists are byChannel/.test(none.printed)], [1, true], none.printed);
  });

  await t.step("a path or a file is a name too; the tenant and the format can be chosen", async () => {
    const json = await copy.task("query", "/v1/outreach/trial", "--channel=sms", "--format=json");
    assert.deepEqual(jsonOf(json.printed).data, [{ channel: "sms", events: 2 }]);
    const csv = await copy.task("query", "sql/outreach/trial.sql", "--channel=sms", "--format=csv");
    assert.match(csv.printed, /^"channel","events"\n"sms",2$/m);
    const other = await copy.task(
      "query",
      "outreach/trial",
      "--channel=sms",
      "--tenant=globex",
      "--format=json",
    );
    assert.deepEqual(jsonOf(other.printed).data, []);
  });

  await t.step("a query is found by its name also when its address is another", async () => {
    const read = (name: string) => Deno.readTextFile(`${root}sql/cohorts/${name}.sql`);
    await Deno.mkdir(`${copy.path}/sql/cohorts`);
    for (const name of ["create", "list"]) await copy.write(`sql/cohorts/${name}.sql`, await read(name));
    const { code, printed } = await copy.task("query", "cohorts/list", "--format=json");
    assert.equal(code, 0, printed);
    assert.deepEqual(jsonOf(printed).data, []);
  });

  await t.step("what is wrong is a sentence", async () => {
    const cases: [string[], number, RegExp][] = [
      [["outreach/trial", "--channel=fax"], 1, /channel.*email.*sms/],
      [["outreach/trial"], 1, /channel/],
      [["outreach/trial", "--chanel=sms"], 1, /chanel.*channel/s],
      [["outreach/trail", "--channel=sms"], 1, /There is no query "outreach\/trail".*outreach\/trial/],
      [["outreach/trial", "--channel=sms", "--format=xml"], 1, /There is no format "xml"/],
      [["outreach/trial", "channel=sms"], 2, /--name=value, not "channel=sms"/],
      [["cohorts/create"], 1, /cohorts\/create writes: call POST \/v1\/cohorts$/m],
      [[], 2, /deno task query NAME/],
    ];
    for (const [args, expected, sentence] of cases) {
      const { code, printed } = await copy.task("query", ...args);
      assert.equal(code, expected, `query ${args.join(" ")}: ${printed}`);
      assert.match(printed, sentence);
      assert.doesNotMatch(printed, /^\s+at /m);
    }
  });

  await t.step("sql asks as a tenant, one statement or those of standard input", async () => {
    const one = await copy.task("sql", "SELECT uniqExact(id) AS n FROM outreach_events");
    assert.match(one.printed, /┌─n─┐\n1\. │ 2 │/);
    const bound = "SELECT count() FROM outreach_events WHERE tenant_id = {tenantId:String} FORMAT TSV";
    const other = await copy.task("sql", "--tenant", "globex", bound);
    assert.match(other.printed, /^0$/m);
    const statements = "SELECT 'a;'\n  FORMAT TSV;\nSELECT wrong;\nSELECT 2 FORMAT TSV";
    const deno = `'${Deno.execPath()}' task sql`;
    const piped = await runProgram(
      "bash",
      ["-c", `${deno} <<'END'\n${statements}\nEND`],
      copy.env,
      copy.path,
    );
    assert.equal(piped.code, 1);
    assert.match(piped.printed, /^a;$/m);
    assert.match(piped.printed, /^2$/m);
    assert.match(piped.printed, /Unknown expression identifier `wrong`/);
    const denied = await copy.task("sql", "SELECT * FROM api_keys");
    assert.deepEqual([denied.code, /Not enough privileges/.test(denied.printed)], [1, true], denied.printed);
    assert.equal((await copy.task("sql", "--tenant")).code, 2);
  });

  await t.step("a broken file is shown with its line", async () => {
    await copy.write("sql/outreach/broken.sql", "/*---\nsummary: Broken\n---*/\nSELECT nothing_such\n");
    const { code, printed } = await copy.task("query", "outreach/broken");
    assert.equal(code, 1);
    assert.match(printed, /^sql\/outreach\/broken\.sql:\d+:\d+: /m);
    const check = await copy.task("check-sql");
    assert.equal(check.code, 1);
    assert.match(check.printed, /^sql\/outreach\/broken\.sql:\d+:\d+: [^]*^1 of \d+ query files are wrong$/m);
  });
});

Deno.test("new writes a query and a test that passes as it is, and nothing over what is there", async () => {
  await using copy = await copyOfRepository();
  const { code, printed } = await copy.task("new", "trial/first");
  assert.equal(code, 0, printed);
  assert.match(printed, /^Wrote sql\/trial\/first\.sql$/m);
  assert.match(printed, /^Wrote tests\/queries\/trial\/first\.yaml$/m);
  const test = await copy.task("test", "trial/first");
  assert.equal(test.code, 0, test.printed);
  assert.match(test.printed, /^3 passed, 0 failed$/m);
  const misspelled = await copy.task("test", "trial/fist");
  assert.equal(misspelled.code, 2, misspelled.printed);
  assert.match(misspelled.printed, /^There is no query "trial\/fist"; did you mean "trial\/first"\?$/m);

  await copy.write("sql/trial/first.sql", "-- mine\n");
  await Deno.remove(`${copy.path}/tests/queries/trial/first.yaml`);
  const again = await copy.task("new", "trial/first");
  assert.equal(again.code, 1, again.printed);
  assert.match(again.printed, /^sql\/trial\/first\.sql is there already/m);
  assert.equal(await copy.read("sql/trial/first.sql"), "-- mine\n");
  await assert.rejects(copy.read("tests/queries/trial/first.yaml"), Deno.errors.NotFound);

  for (const name of ["first", "Trial/first", "../trial/first", "trial/", "trial/first.sql", ""]) {
    const bad = await copy.task("new", name);
    assert.equal(bad.code, 2, `new ${name}: ${bad.printed}`);
  }
});

Deno.test("token makes no secret where dev has kept none, and tasks print the command that their caller has", async () => {
  await using copy = await copyOfRepository();
  const { code, printed } = await copy.task("token", "--tenant", "acme");
  assert.equal(code, 1);
  assert.match(printed, /there is no secret in \S+\/data\/, .* Run `deno task dev` first/);
  await assert.rejects(Deno.stat(copy.env.SLUICE_DATA_DIR), Deno.errors.NotFound);
  const belowNpx = await runProgram(
    Deno.execPath(),
    ["task", "token", "--tenant", "acme"],
    { ...copy.env, npm_lifecycle_event: "npx" },
    copy.path,
  );
  assert.match(belowNpx.printed, /Run `npx -y deno@2 task dev` first/);
});

Deno.test("A task that cannot be understood names the mistake", async () => {
  const mistakes: [string[], RegExp][] = [
    [["token", "--tenat", "acme"], /^There is no option "--tenat"; did you mean "--tenant"\?$/m],
    [["token", "--scope", "query"], /^Say whose token it is: --tenant NAME$/m],
    [["token", "--tenant"], /^--tenant needs a value$/m],
    [
      ["token", "--tenant", "acme", "--scope", "querry"],
      /^There is no scope "querry"; did you mean "query"\?$/m,
    ],
    [
      ["token", "--tenant", "acme", "--expires", "12"],
      /^--expires must be .* such as 30m, 12h or 7d, not "12"$/m,
    ],
    [["sql", "--tennant", "acme"], /^There is no option "--tennant"; did you mean "--tenant"\?$/m],
    [["sql", "SELECT", "1"], /^Write the statement as one argument, in quotes$/m],
  ];
  await Promise.all(mistakes.map(async ([args, pattern]) => {
    const { code, printed } = await runProgram(Deno.execPath(), ["task", ...args]);
    assert.equal(code, 2, printed);
    assert.match(printed, pattern);
  }));
});

Deno.test("openapi --check passes when nothing has changed, and names what a client would miss", async (t) => {
  await using copy = await copyOfRepository();
  const check = () => copy.task("openapi", "--check");
  const file = "sql/outreach/trial.sql";
  const query = (alias: string) =>
    `/*---
summary: Events
---*/
SELECT
    toUInt64(uniqExact(id)) AS ${alias},
    max(occurred_at) AS newest
FROM outreach_events
WHERE tenant_id = {tenantId:String}
`;
  await copy.write(file, query("events"));
  const written = await copy.task("openapi");
  assert.equal(written.code, 0, written.printed);
  await publish(copy.path);
  const ci = await ciCommands(copy);

  await t.step("unchanged, as the example of a CI runs it", async () => {
    assert.deepEqual([...ci.keys()], [
      "deno task check-sql",
      "deno task openapi --check",
      'deno task openapi --against "$PUBLISHED"',
      "deno task test",
      "deno task migrate status",
      "deno task migrate up",
    ]);
    for (const [command, run] of ci) {
      // all tests: this is one of them
      if (command === "deno task test") continue;
      const { code, printed } = await run();
      assert.equal(code, 0, `${command}: ${printed}`);
      if (command.includes("--against")) assert.match(printed, /^Nothing has changed since v1$/m);
    }
  });

  await t.step("a renamed column", async () => {
    await copy.write(file, query("eventCount"));
    const { code, printed } = await check();
    assert.equal(code, 1, printed);
    assert.match(
      printed,
      /GET \/v1\/outreach\/trial, POST \/v1\/outreach\/trial: the field "data\[\]\.events" is gone/,
    );
    assert.match(printed, /GET \/v1\/outreach\/trial, .*: the field "data\[\]\.eventCount" is new/);
    const against = await copy.task("openapi", "--against", "v1");
    assert.equal(against.code, 1, against.printed);
    assert.match(
      against.printed,
      /^breaking \(1\)$\n.*"data\[\]\.events" is gone$\n^additive \(1\)$\n.*is new$/m,
    );
    assert.match(against.printed, /^Clients of v1 would break$/m);
  });

  await t.step("nothing to compare with, and arguments that are none, have exit code 2", async () => {
    for (const args of [["--against", "v2"], ["--against"], ["--checks"], ["--check", "--against", "v1"]]) {
      const { code, printed } = await copy.task("openapi", ...args);
      assert.equal(code, 2, printed);
    }
  });

  await t.step("a broken query", async () => {
    await copy.write(file, "/*---\nsummary: Broken\n---*/\nSELECT nothing_such\n");
    const { code, printed } = await check();
    assert.equal(code, 1, printed);
    assert.match(printed, /^sql\/outreach\/trial\.sql:\d+:\d+: /m);
  });
});

/** Commits what is there, as the version v1. */
async function publish(path: string): Promise<void> {
  const git = "git -c user.name=test -c user.email=test@example.com";
  const script = `git init -q && git add openapi.yaml && ${git} commit -qm One && git tag v1`;
  const { code, printed } = await runProgram("bash", ["-ec", script], {}, path);
  assert.equal(code, 0, printed);
}

/** The commands of deploy/ci, and how to run each in the copy, on the tests' database where one is needed. */
async function ciCommands({ path, env }: Copy): Promise<Map<string, () => ReturnType<typeof runProgram>>> {
  const { jobs } = parse(await Deno.readTextFile(`${root}deploy/ci/github.yml`));
  const steps: { run?: string }[] = [...jobs.check.steps, ...jobs.deploy.steps];
  const target = engineOptions();
  const bin = `${path}/bin`;
  await Deno.mkdir(bin);
  await Deno.symlink(Deno.execPath(), `${bin}/deno`);
  const inherited = { ...env, PATH: `${bin}:${Deno.env.get("PATH")}`, PUBLISHED: "v1" };
  const server = {
    CLICKHOUSE_URL: target.url,
    CLICKHOUSE_OWNER_PASSWORD: target.password,
    CLICKHOUSE_USER: target.user,
    CLICKHOUSE_DATABASE: target.database,
  };
  return new Map(steps.flatMap(({ run }) => {
    if (!run) return [];
    const all = run.includes("migrate") ? { ...inherited, ...server } : inherited;
    return [[run, () => runProgram("bash", ["-ec", run], all, path)]];
  }));
}
