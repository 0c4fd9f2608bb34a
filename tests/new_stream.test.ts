import assert from "node:assert/strict";
import { dirname } from "node:path";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { examplesOf, readPages } from "./docs/pages.ts";
import { isShown } from "./docs/shown.ts";
import { type Copy, copyOfRepository } from "./copy.ts";
import { boundMs, runProgram, startProgram, waitFor } from "./program.ts";

// `deno task new stream` as somebody uses it beside a running `dev`, in a copy of the repository.

const tickets = [
  "support/tickets",
  "id:UUID",
  "status:Enum(open, closed)",
  "openedAt:DateTime",
  "closedAt:DateTime?",
];
const everyType = [
  "trial/every-type",
  "id:String",
  "ownerId:String?",
  "text:String?",
  "small:UInt8?",
  "big:Int?",
  "ratio:Float?",
  "price:Decimal(5, 2)?",
  "isUrgent:Bool?",
  "day:Date?",
  "kind:Enum(a, b c)?",
  "tags:Array(String)",
  "marks:Array(Int8)?",
  "updatedAt:DateTime",
];

async function startCopy(copy: Copy) {
  for (const file of ["sql/rejected/list.sql", "tests/queries/rejected/list.yaml"]) {
    await Deno.mkdir(dirname(`${copy.path}/${file}`), { recursive: true });
    await Deno.copyFile(root + file, `${copy.path}/${file}`);
  }
  const env = { ...copy.env, PORT: "0", SLUICE_DEMO: "0" };
  const dev = startProgram(Deno.execPath(), ["task", "dev"], env, copy.path);
  await dev.until(/^Try:/m);
  const find = (pattern: RegExp) => pattern.exec(dev.printed())?.[1] ?? assert.fail(dev.printed());
  const [url, engineUrl] = [find(/^Sluice +(http:\/\/\S+),/m), find(/^ClickHouse +(http:\/\/\S+) /m)];
  const call = async (path: string, tenant = "acme", body?: string) => {
    const authorization = `Bearer ${find(new RegExp(`^Token of ${tenant}:\n(\\S+)$`, "m"))}`;
    const response = await fetch(`${url}/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization },
      body,
      signal: AbortSignal.timeout(boundMs),
    });
    return { status: response.status, body: await response.json() };
  };
  const clickHouse = createClickHouse({
    url: engineUrl,
    user: "sluice",
    password: (await copy.read("../data/engine_password")).trim(),
    database: "sluice",
  });
  return { dev, call, url, clickHouse };
}

type Running = Awaited<ReturnType<typeof startCopy>>;

Deno.test("each command of docs/streams.md prints what stands below it, beside a running dev", async () => {
  await using copy = await copyOfRepository();
  const { dev, call, url } = await startCopy(copy);
  await using _ = dev;
  const page = (await readPages()).find(({ path }) => path === "docs/streams.md")!;
  const examples = page.blocks.filter(({ language }) => language === "console").flatMap(examplesOf);
  const [, token] = /^Token of acme:\n(\S+)$/m.exec(dev.printed())!;
  assert.equal(examples.length, 6);
  for (const { command, shown } of examples) {
    const text = command.replaceAll("http://localhost:8787", url);
    const { code, printed } = await runProgram(
      "bash",
      ["-c", text],
      { ...copy.env, TOKEN: token },
      copy.path,
    );
    assert.equal(code, 0, printed);
    // the line with which Deno names a task
    const out = printed.replace(/^Task .*\n/, "");
    assert.ok(isShown(shown, out, new Map()), `${command}\nprinted\n${out}\nand the page shows\n${shown}`);
    if (command.includes("task new stream")) {
      await waitFor("the query answers", async () => (await call("support/tickets")).status === 200);
    }
  }
});

async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await filesOf(`${folder}/${name}`));
    else files.push(`${folder}/${name}`);
  }
  return files.toSorted();
}

/** A line of support_tickets. */
function ticket(number: number, changes: Record<string, unknown> = {}) {
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  return { id, status: "open", openedAt: "2026-03-05T10:00:00Z", ...changes };
}

const lines = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");

Deno.test("new stream makes a stream that a running dev takes on, with validation, dead letters and a query", async (t) => {
  await using copy = await copyOfRepository();
  const running = await startCopy(copy);
  await using dev = running.dev;
  const { call } = running;

  await t.step("its query answers when the command has ended, and its test passes", async () => {
    assert.equal((await call("support/tickets")).status, 404);
    const { code, printed } = await copy.task("new", "stream", ...tickets);
    assert.equal(code, 0, printed);
    await waitFor("the query answers", async () => (await call("support/tickets")).status === 200);
    assert.match(dev.printed(), /^Migrations +11 applied$/m);
    assert.match(dev.printed(), /^ClickHouse +started again in /m);
    const test = await copy.task("test", "support/tickets");
    assert.equal(test.code, 0, test.printed);
  });

  await t.step("good lines count, bad ones have a reason, a line that comes again counts once", async () => {
    const sent = await call(
      "events/support_tickets",
      "acme",
      lines(
        ticket(1),
        ticket(2, { status: "closed", closedAt: "2026-03-06T10:00:00Z" }),
        ticket(3, { status: "shut" }),
        ticket(1),
        ticket(4, { openedAt: "yesterday" }),
      ),
    );
    assert.deepEqual(sent, {
      status: 200,
      body: {
        data: {
          accepted: 3,
          rejected: 2,
          rejections: [
            { line: 3, reason: 'status is unknown: "shut"' },
            { line: 5, reason: 'openedAt is not an ISO 8601 date-time: "yesterday"' },
          ],
        },
      },
    });
    const counts = [{ status: "closed", tickets: 1 }, { status: "open", tickets: 1 }];
    assert.deepEqual((await call("support/tickets")).body.data, counts);
    await call(
      "events/support_tickets",
      "acme",
      lines(ticket(1), ticket(2, { status: "closed", closedAt: "2026-03-06T10:00:00Z" })),
    );
    assert.deepEqual((await call("support/tickets")).body.data, counts);
  });

  await t.step("the version that tells the latest time wins, whatever the order of delivery", async () => {
    const closed = ticket(1, { status: "closed", closedAt: "2026-03-07T10:00:00Z" });
    await call("events/support_tickets", "acme", lines(closed));
    await call("events/support_tickets", "acme", lines(ticket(1)));
    assert.deepEqual((await call("support/tickets")).body.data, [{ status: "closed", tickets: 2 }]);
  });

  await t.step("dead letters are listed by stream, for their tenant alone", async () => {
    const { body } = await call("rejected?stream=support_tickets");
    assert.deepEqual(
      body.data.map(({ stream, lineNumber }: Record<string, unknown>) => [stream, lineNumber]),
      [["support_tickets", 3], ["support_tickets", 5]],
    );
    assert.deepEqual((await call("rejected?stream=outreach")).body.data, []);
    assert.deepEqual((await call("rejected", "globex")).body.data, []);
    assert.deepEqual((await call("support/tickets", "globex")).body.data, []);
  });

  await t.step("demo rows are good, and the same whenever they are loaded", () => demoRows(copy, running));

  await t.step("a second run says what is there, and writes nothing", async () => {
    const before = await filesOf(copy.path);
    for (
      const [name, pattern] of [
        [
          "support/tickets",
          /^There is a support_tickets_landing already \(migrations\/support\/tickets\/.*; nothing was written$/m,
        ],
        ["csr/scores", /^There is a csr_scores_landing already/m],
        ["rejected/events", /^There is a rejected_events already/m],
      ] as const
    ) {
      const { code, printed } = await copy.task("new", "stream", name, "id:UUID");
      assert.equal(code, 1, printed);
      assert.match(printed, pattern);
    }
    assert.deepEqual(await filesOf(copy.path), before);
  });

  await t.step("a field of each type has its rules", () => everyField(copy, running));

  await t.step(
    "fields are guessed from a sample, and Kafka has a table where MIGRATIONS names it",
    async () => {
      await copy.write("sample.ndjson", lines({ id: 1, at: "2026-03-05T10:00:00Z" }, { id: 2, at: null }));
      const { code, printed } = await runProgram(
        Deno.execPath(),
        ["task", "new", "stream", "trial/guessed", "--sample", `${copy.path}/sample.ndjson`],
        { ...copy.env, MIGRATIONS: "kafka" },
        copy.path,
      );
      assert.equal(code, 0, printed);
      assert.match(printed, /^Fields of .*: id:Int 'at:DateTime\?'$/m);
      for (const object of ["guessed_kafka", "guessed_landing_kafka_mv"]) {
        const [, file] =
          new RegExp(`^Wrote (migrations/kafka/\\d+_trial_${object}\\.sql)$`, "m").exec(printed) ??
            assert.fail(printed);
        const own = await kafkaMigration(object.replace("guessed", "outreach"));
        assert.equal(await copy.read(file), own.replaceAll("outreach", "trial_guessed"));
      }
      await waitFor("the query answers", async () => (await call("trial/guessed")).status === 200);
      await call(
        "events/trial_guessed",
        "acme",
        '{"id": 1}\n{"id": 1, "at": "2026-03-05T10:00:00Z"}\n{"id": 2}',
      );
      assert.deepEqual((await call("trial/guessed")).body.data, { guessed: 2 });
    },
  );

  await t.step("change adds fields, which lines may have from then on", () => changing(copy, running));

  await t.step(
    "an edited migration is told and not applied; a wrong one is told, and applied when it is mended",
    () => editing(copy, running),
  );

  await t.step("the rights that dev wrote are those of the migrations", async () => {
    const { code, printed } = await copy.task("check-sql");
    assert.equal(code, 0, printed);
  });

  await t.step("the migrations go down and up again", async () => {
    const { dbmate, migrateUp } = await import(`${copy.path}/src/tools/migrate.ts`);
    const target = {
      url: /http:\S+/.exec(dev.printed())![0],
      user: "sluice",
      password: await copy.read("../data/engine_password"),
      database: "sluice",
    };
    const made = () => readRows(running.clickHouse, { sql: tablesOf });
    const before = await made();
    const all = (await filesOf(`${copy.path}/migrations`)).filter((path) => /\/(support|trial)\//.test(path));
    assert.equal(all.length, 38);
    for (const _ of all) await dbmate(target, ["down"], ["--no-dump-schema"]);
    assert.deepEqual(await made(), []);
    assert.equal((await migrateUp(target)).length, 38);
    assert.deepEqual(await made(), before);
  });
});

const tablesOf = `SELECT table, name, type FROM system.columns
  WHERE database = 'sluice' AND match(table, 'support_|trial_') ORDER BY table, position`;

async function demoRows(copy: Copy, { clickHouse, call }: Running): Promise<void> {
  const { loadStreams } = await import(`${copy.path}/src/tools/demo/streams.ts`);
  const now = new Date();
  const count = async () => {
    const { body } = await call("support/tickets", "initech");
    return body.data.reduce((sum: number, { tickets }: { tickets: number }) => sum + tickets, 0);
  };
  assert.deepEqual(await loadStreams(clickHouse, now), []);
  const first = await count();
  // two of each day, of today's those that are past
  assert.ok(first >= 178 && first <= 180, `${first} tickets`);
  assert.deepEqual(await loadStreams(clickHouse, now), []);
  assert.equal(await count(), first);
  assert.deepEqual((await call("rejected", "initech")).body.data, []);
}

async function everyField(copy: Copy, { call, clickHouse }: Running): Promise<void> {
  const { code, printed } = await copy.task("new", "stream", ...everyType);
  assert.equal(code, 0, printed);
  await waitFor("the query answers", async () => (await call("trial/every-type")).status === 200);
  const least = { id: "a", tags: [], updatedAt: "2026-03-05T10:00:00Z" };
  const faults: [changes: Record<string, unknown>, reason: string][] = [
    [{ id: null }, "id is missing"],
    [{ id: "x".repeat(257) }, "id is longer than 256 bytes"],
    [{ ownerId: ["a"] }, "ownerId is not a string"],
    [{ text: { a: 1 } }, 'text is not a string: "{"a":1}"'],
    [{ small: 256 }, 'small is not a whole number from 0 to 255: "256"'],
    [{ small: 1.5 }, 'small is not a whole number from 0 to 255: "1.5"'],
    [
      { big: "9223372036854775808" },
      'big is not a whole number from -9223372036854775808 to 9223372036854775807: "9223372036854775808"',
    ],
    [{ ratio: "nan" }, 'ratio is not a number: "nan"'],
    [{ price: 1.239 }, 'price is not a number of at most 3 digits and 2 decimals: "1.239"'],
    [{ price: 1000 }, 'price is not a number of at most 3 digits and 2 decimals: "1000"'],
    [{ isUrgent: "yes" }, 'isUrgent is not a boolean: "yes"'],
    [{ day: "2026-02-30" }, 'day is not a date from 1970-01-01 to 2149-06-06: "2026-02-30"'],
    [{ kind: "c" }, 'kind is unknown: "c"'],
    [{ tags: undefined }, "tags is missing"],
    [{ tags: "a" }, "tags is not a list"],
    [{ tags: ["a", ["b"]] }, 'an element of tags is not a string: "["b"]"'],
    [{ marks: [1, 200] }, 'an element of marks is not a whole number from -128 to 127: "200"'],
    [
      { updatedAt: "2101-01-01T00:00:00Z" },
      'updatedAt is not in the years 2000 to 2100: "2101-01-01T00:00:00Z"',
    ],
  ];
  const full = {
    ...least,
    id: "full",
    ownerId: "o",
    text: '{"a": 1}',
    small: 255,
    big: -5,
    ratio: 1e-7,
    price: "999.90",
    isUrgent: true,
    day: "2026-03-05",
    kind: "b c",
    tags: ["x", "y"],
    marks: [-128, 127],
  };
  const half = `{"id":"half","text":"\\ud800","tags":[],"updatedAt":"2026-03-05T10:00:00Z"}`;
  const bad = lines(...faults.map(([changes]) => ({ ...least, ...changes })));
  const { body: { data } } = await call(
    "events/trial_every_type",
    "acme",
    `${bad}\n${half}\n${lines(least, full)}`,
  );
  assert.deepEqual(
    data.rejections.map(({ reason }: { reason: string }) => reason),
    [...faults.map(([, reason]) => reason), "text holds half of a surrogate pair"],
  );
  assert.equal(data.accepted, 2);
  const rows = await readRows(clickHouse, {
    sql:
      `SELECT * REPLACE (toString(price) AS price) FROM trial_every_type FINAL WHERE tenant_id = 'acme' ORDER BY id`,
  });
  const at = "2026-03-05 10:00:00.000";
  assert.deepEqual(rows, [
    {
      ...{
        tenant_id: "acme",
        id: "a",
        owner_id: "",
        text: "",
        small: null,
        big: null,
        ratio: null,
        price: null,
      },
      ...{ is_urgent: null, day: null, kind: "", tags: [], marks: [], updated_at: at },
    },
    {
      ...{ tenant_id: "acme", id: "full", owner_id: "o", text: '{"a": 1}', small: 255, big: -5, ratio: 1e-7 },
      ...{ price: "999.9", is_urgent: true, day: "2026-03-05", kind: "b c", tags: ["x", "y"] },
      ...{ marks: [-128, 127], updated_at: at },
    },
  ]);
}

async function changing(copy: Copy, { dev, call, clickHouse }: Running): Promise<void> {
  const change = (...fields: string[]) => copy.task("change", "stream", ...fields);
  const { code, printed } = await change(
    "support/tickets",
    "priority:Enum(low, high)?",
    "note:String?",
    "dueAt:DateTime?",
  );
  assert.equal(code, 0, printed);
  await dev.until(/^Migrations +4 applied$/m);
  const sent = await call(
    "events/support_tickets",
    "globex",
    `${
      lines(
        ticket(1),
        ticket(2, { priority: "low", note: "n", dueAt: "2026-04-01T00:00:00Z" }),
        ticket(3, { priority: "urgent" }),
        ticket(4, { dueAt: "soon" }),
      )
    }\n${lines(ticket(5)).replace("{", '{"note":"\\ud800",')}`,
  );
  assert.deepEqual(sent.body.data, {
    accepted: 2,
    rejected: 3,
    rejections: [
      { line: 3, reason: 'priority is unknown: "urgent"' },
      { line: 4, reason: 'dueAt is not an ISO 8601 date-time: "soon"' },
      { line: 5, reason: "note holds half of a surrogate pair" },
    ],
  });
  const sql =
    "SELECT priority, note, due_at FROM support_tickets FINAL WHERE tenant_id = 'globex' AND note != '' OR due_at IS NOT NULL";
  assert.deepEqual(await readRows(clickHouse, { sql }), [
    { priority: "low", note: "n", due_at: "2026-04-01 00:00:00.000" },
  ]);

  const before = await filesOf(copy.path);
  const refused: [args: string[], code: number, message: RegExp][] = [
    [["support/tickets", "note:String?"], 1, /^support\/tickets has "note" already; nothing was written$/m],
    [
      ["support/tickets", "due:Date"],
      2,
      /^Lines without due are still sent: make it optional, as due:Date\?$/m,
    ],
    [["support/ticket", "due:Date?"], 2, /^There is no stream "support\/ticket"/m],
    [
      ["csr/scores", "due:Date?"],
      2,
      /written in another way: add the field by hand, as docs\/streams\.md says$/m,
    ],
    [["support/tickets"], 2, /^Such as: deno task change stream /m],
  ];
  for (const [args, code, message] of refused) {
    const refusal = await change(...args);
    assert.equal(refusal.code, code, refusal.printed);
    assert.match(refusal.printed, message);
  }
  assert.deepEqual(await filesOf(copy.path), before);
}

async function editing(copy: Copy, { dev }: Running): Promise<void> {
  const [file] = (await filesOf(`${copy.path}/migrations/support`)).filter((path) =>
    path.endsWith("_tickets_mv.sql")
  );
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace("reason = ''", "1"));
  await dev.until(
    /^migrations\/support\/tickets\/\d+_support_tickets_mv\.sql was edited after it was applied/m,
  );
  await Deno.writeTextFile(file, text);

  const made = await copy.task("migrate", "new", "trial/more/trial_more");
  const next = made.printed.match(/migrations\S+/)![0];
  await dev.until(
    /^1 migration pending: write what migrations\/trial\/more\/\d+_trial_more\.sql is to make; saved, it is applied$/m,
  );
  const create = (type: string) =>
    `-- migrate:up\nCREATE TABLE trial_more (tenant_id ${type}) ENGINE = Null;\n\n-- migrate:down\nDROP TABLE trial_more;\n`;
  await copy.write(next, create("Strin"));
  await dev.until(/^1 migration pending: [^]*Unknown data type family: Strin/m);
  const before = dev.printed().length;
  await copy.write(next, create("String"));
  await waitFor("it is applied", () => /^Migrations +1 applied$/m.test(dev.printed().slice(before)));
}

/** The text of a migration of Kafka. */
async function kafkaMigration(object: string): Promise<string> {
  const folder = `${root}migrations/kafka`;
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(`_${object}.sql`)) return await Deno.readTextFile(`${folder}/${name}`);
  }
  assert.fail(object);
}
