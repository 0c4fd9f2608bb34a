import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import { devConfig } from "../dev_engine.ts";
import { newStream } from "../scaffold/new_stream.ts";
import { root, sqlFolder } from "../../hosts/deno/sql_files.ts";

// `deno task new DOMAIN/QUERY`: a query and its test, ready to edit; both work as they are. `deno task new stream` makes a stream.

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

const sql = `/*---
summary: Events of each type
description: How many events of each type the tenant has, since an instant.
params:
  since: { description: First instant counted, default: "1970-01-01", example: "2026-03-01" }
columns:
  eventType: What happened
  events: Distinct events of the type
---*/
SELECT
    event_type AS eventType,
    uniqExact(id) AS events
FROM outreach_events
WHERE tenant_id = {tenantId:String}
  AND occurred_at >= {since:DateTime64(3, 'UTC')}
GROUP BY eventType
ORDER BY events DESC, eventType
`;

const test = `# Expected numbers are worked out by hand. docs/query-files.md describes the format.
now: 2026-03-10T12:00:00Z
given:
  outreach:
    - { eventType: message_sent, entityId: "m{1..3}", channel: email, occurredAt: 2026-03-05T10:00:00Z }
    - { eventType: message_opened, entityId: m1, channel: email, occurredAt: 2026-03-05T11:00:00Z }
others:
  outreach:
    - { eventType: message_sent, entityId: m9, channel: email, occurredAt: 2026-03-05T10:00:00Z }
cases:
  - name: counts the events of each type
    then:
      - { eventType: message_sent, events: 3 }
      - { eventType: message_opened, events: 1 }
  - name: counts from the instant on
    when: { since: 2026-03-05T10:30:00Z }
    then:
      - { eventType: message_opened, events: 1 }
  - name: refuses what is not a date
    when: { since: yesterday }
    problem: { status: 400, parameter: since }
`;

async function main(name = ""): Promise<number> {
  if (!/^[a-z][a-z0-9_-]*(\/([a-z][a-z0-9_-]*|\[[a-z][A-Za-z0-9]*\]))+$/.test(name)) {
    say(`Name the query DOMAIN/QUERY, such as outreach/overview, not "${name}"`);
    return 2;
  }
  const files = [
    { path: `${sqlFolder(devConfig().SLUICE_SQL_DIR)}/${name}.sql`, text: sql },
    { path: `${root}tests/queries/${name}.yaml`, text: test },
  ];
  const taken = files.filter(({ path }) => existsSync(path));
  for (const { path } of taken) say(`${relative(root, path)} is there already; nothing was written`);
  if (taken.length) return 1;
  for (const { path, text } of files) {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: true });
    say(`Wrote ${relative(root, path)}`);
  }
  say(
    `Edit them; \`deno task dev\` serves /v1/${name}, and \`deno task test tests/queries.test.ts --filter ${name}\` runs the test`,
  );
  return 0;
}

const [first, ...rest] = Deno.args;
Deno.exit(first === "stream" ? await newStream(rest) : await main(first));
