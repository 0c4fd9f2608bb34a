import { z } from "zod";
import { tenantIdFault } from "../../auth/credential.ts";
import streamsSql from "../../catalog/streams.sql" with { type: "text" };
import { readRows } from "../../clickhouse/client.ts";
import { createRoles, type Roles } from "../../clickhouse/roles.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { checked } from "../../http/checked.ts";
import { createDeletions } from "../../ingest/dead_letters/delete.ts";
import { choosesSome, type LetterFilter, letterFilter } from "../../ingest/dead_letters/filter.ts";
import { findLetter, listLetters } from "../../ingest/dead_letters/list.ts";
import { createReplays, noSuchLetter, type ReplayedMany } from "../../ingest/dead_letters/replay.ts";
import { type Sight, sight } from "../../ingest/dead_letters/sight.ts";
import { devConfig, withDevDatabase } from "../dev_engine.ts";

// `deno task dead-letters`: what an admin does with `/v1/ops/dead-letters`, on the database itself.
const usage = `${taskCommand("dead-letters list [FILTER …]")}     the newest hundred
${taskCommand("dead-letters show ID")}             all of one, as JSON
${taskCommand("dead-letters replay ID|FILTER …")}  send again; [--as TENANT] for those without a tenant
${taskCommand("dead-letters delete ID|FILTER …")}
FILTER  --tenant --stream --source --reason --from --to --outcome none|landed|refused`;

/** Options, and the parameters of the endpoint that they are. */
const parameterOf: Record<string, string> = {
  ...Object.fromEntries(Object.keys(letterFilter()).map((name) => [name, name])),
  tenant: "tenantId",
  as: "asTenantId",
};
const pageSize = 100;

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(printable(text));

/** The text without what a terminal would take for a command: lines come from anybody. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, "\uFFFD");
}

/** What a command works with. */
interface Work {
  roles: Roles;
  own: Sight;
  id?: string;
  filter: LetterFilter;
  asTenantId?: string;
}

const commands: Record<string, (work: Work) => Promise<void>> = { list, show, replay, delete: remove };

async function main([command = "", ...args]: string[]): Promise<number> {
  const given: Record<string, string> = {};
  let id: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--([a-z]+)(?:=(.*))?$/is.exec(args[i]) ?? [];
    if (name && Object.hasOwn(parameterOf, name)) given[parameterOf[name]] = inline ?? args[++i] ?? "";
    else if (!name && id === undefined) id = args[i];
    else return wrong();
  }
  const { asTenantId, ...asked } = given;
  if (!Object.hasOwn(commands, command)) return wrong();
  if (command === "list" ? id !== undefined : command === "show" && id === undefined) return wrong();
  if (id !== undefined && Object.keys(asked).length) return wrong();
  if (id !== undefined && !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) throw noSuchLetter();
  const fault = asTenantId === undefined ? undefined : tenantIdFault(asTenantId);
  if (fault) throw new Error(`--as ${fault}`);
  const filter = checked(z.strictObject(letterFilter()), asked);
  return await withDevDatabase(async (target) => {
    const roles = createRoles(target);
    await commands[command]({ roles, own: sight(roles, devConfig()), id, filter, asTenantId });
    return 0;
  });
}

function wrong(): number {
  say(usage);
  return 2;
}

async function list({ own, filter }: Work): Promise<void> {
  const { letters, next } = await listLetters(own, filter, { pageSize });
  for (const { receivedAt, id, tenantId, stream, source, outcome, reason } of letters) {
    say(`${[receivedAt, id, tenantId || "(no tenant)", stream, source, outcome ?? ""].join("  ").trimEnd()}
    ${reason}`);
  }
  if (next) say("There are more: choose by --stream, --reason, --to …");
  else if (!letters.length) say("There are none");
}

async function show({ own, id }: Work): Promise<void> {
  const letter = await findLetter(own, id!);
  if (!letter) throw noSuchLetter();
  say(JSON.stringify(letter, null, 2));
}

async function replay({ roles, own, id, filter, asTenantId }: Work): Promise<void> {
  const streams = (await readRows<{ stream: string }>(roles.ingester, { sql: streamsSql }))
    .map(({ stream }) => stream);
  const replays = createReplays({ ...roles, streams: () => streams, clock: () => new Date() });
  if (id) {
    const { outcome, reason } = await replays.one(own, id, asTenantId);
    return say(reason === null ? outcome : `${outcome}: ${reason}`);
  }
  needSome(filter, asTenantId);
  const sum = { landed: 0, refused: 0, landedBefore: 0 };
  let done: ReplayedMany | undefined;
  do {
    done = await replays.many(own, filter, { asTenantId, cursor: done?.next ?? undefined });
    for (const name of ["landed", "refused", "landedBefore"] as const) sum[name] += done[name];
    for (const { id, reason } of done.refusals) say(`${id}  ${reason}`);
    say(`${sum.landed} landed, ${sum.refused} refused again, ${sum.landedBefore} had landed before`);
  } while (done.next !== null);
}

async function remove({ roles, own, id, filter }: Work): Promise<void> {
  if (!id) needSome(filter);
  const deleted = await createDeletions(roles.clickHouse)(own, filter, id);
  if (id && !deleted) throw noSuchLetter();
  say(`${deleted} deleted`);
}

/** Throws unless the filter names something: a command without one was not finished. */
function needSome(filter: LetterFilter, asTenantId?: string): void {
  if (choosesSome(filter) || filter.tenantId !== undefined || asTenantId !== undefined) return;
  throw new Error("Name which letters, such as --stream outreach");
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  say((error as Error).message);
  Deno.exit(1);
}
