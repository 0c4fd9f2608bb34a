import { taskCommand } from "../../hosts/deno/task_command.ts";
import { suggestion } from "../../base/suggestion.ts";
import { listMigrationFiles, objectOf } from "../../hosts/deno/list_migrations.ts";
import { optionalMigrations } from "../../base/variables/optional_migrations.ts";
import { migrationsRoot } from "../../hosts/deno/migration_folders.ts";
import { newVersions } from "../new_versions.ts";
import { columnType, type Field, parseFields } from "./field.ts";
import { halfPairField, halfPairRule, parsingOf } from "./parsing.ts";
import { Refusal } from "./refusal.ts";
import { streamName } from "./stream_name.ts";
import { say, writeFiles } from "./write_files.ts";

const usage = `${taskCommand("change stream")} DOMAIN/STREAM FIELD:TYPE? …
Such as: ${taskCommand("change stream")} support/tickets priority:'Enum(low, high)?'`;

/**
 * `deno task change stream`: writes the migrations that add fields to a stream. Returns the exit code: 2 of a command that is
 * wrong, 1 when a field is there already.
 */
export async function changeStream([path = "", ...written]: string[]): Promise<number> {
  if (!path || !written.length) {
    say(usage);
    return 2;
  }
  try {
    const { stream } = streamName(path);
    const fields = parseFields(written);
    const needed = fields.find(({ isOptional }) => !isOptional);
    if (needed) {
      const text = written[fields.indexOf(needed)];
      throw new Refusal(`Lines without ${needed.name} are still sent: make it optional, as ${text}?`);
    }
    const existing = await listMigrationFiles(optionalMigrations);
    const parsed = await findView(existing, `${stream}_parsed_mv`);
    const kept = await findView(existing, `${stream}_mv`);
    if (!parsed || !kept) throw new Refusal(unknownStream(path, stream, existing));
    const known = fields.find(({ column }) =>
      kept.query.includes(`\n    ${column},`) || kept.query.includes(`\n    ${column}\n`)
    );
    if (known) {
      say(`${path} has "${known.column}" already; nothing was written`);
      return 1;
    }
    const versions = newVersions(existing);
    const folder = parsed.name.slice(0, parsed.name.lastIndexOf("/"));
    const added = fields.map(({ column }) => column).join("_and_");
    const changes = changesOf(stream, fields, parsed.query, kept.query);
    await writeFiles(changes.map(({ object, text }, i) => ({
      path: `${migrationsRoot}/${folder}/${versions(i)}_${object}_${added}.sql`,
      text,
    })));
    say(
      `A running \`${
        taskCommand("dev")
      }\` takes lines with the field within two seconds; the query and its test are yours to extend`,
    );
    return 0;
  } catch (error) {
    say((error as Error).message);
    return error instanceof Refusal ? 2 : 1;
  }
}

/** A view as the last migration that defines it has it. */
interface View {
  /** Of the migration. */
  name: string;
  query: string;
}

/** What to say of a stream that is not there, or was not made by `new stream`. */
function unknownStream(path: string, stream: string, existing: { name: string }[]): string {
  const streams = existing.flatMap(({ name }) => /^(.+)_landing$/.exec(objectOf(name))?.[1] ?? []);
  if (streams.includes(stream)) {
    return `The stream "${path}" was not made by \`${
      taskCommand("new stream")
    }\`: write the migrations by hand`;
  }
  return `There is no stream "${path}"${suggestion(stream, streams)}`;
}

async function findView(existing: { name: string }[], view: string): Promise<View | undefined> {
  const pattern = new RegExp(
    `(?:CREATE MATERIALIZED VIEW ${view} TO \\w+ AS|ALTER TABLE ${view} MODIFY QUERY)\\n([^]*?);\\s*$`,
  );
  let found: View | undefined;
  for (const { name } of existing) {
    const text = await Deno.readTextFile(`${migrationsRoot}/${name}.sql`);
    const [, query] = pattern.exec(text.split(/^-- migrate:down/m)[0]) ?? [];
    if (query) found = { name, query };
  }
  return found;
}

/** The migrations that add the fields: to the tables first, so that no line comes in between. */
function changesOf(
  stream: string,
  fields: Field[],
  parsed: string,
  kept: string,
): { object: string; text: string }[] {
  const columns = fields.map((field) => `${field.column} ${columnType(field)}`);
  const names = fields.map(({ name }) => name).join(", ");
  const alter = (table: string) => ({
    object: table,
    text: migration(
      `-- Adds what lines may say of ${names}.`,
      `ALTER TABLE ${table}\n    ${columns.map((column) => `ADD COLUMN ${column}`).join(",\n    ")}`,
      `ALTER TABLE ${table}\n    ${fields.map(({ column }) => `DROP COLUMN ${column}`).join(",\n    ")}`,
    ),
  });
  const modify = (view: string, query: string, before: string, does: string) => ({
    object: view,
    text: migration(
      `-- ${does} ${names} too.`,
      `ALTER TABLE ${view} MODIFY QUERY\n${query}`,
      `ALTER TABLE ${view} MODIFY QUERY\n${before}`,
    ),
  });
  const keeping = putIn(
    kept,
    `\nFROM ${stream}_parsed`,
    fields.map(({ column }) => `,\n    ${column}`).join(""),
  );
  return [
    alter(`${stream}_parsed`),
    alter(stream),
    modify(`${stream}_mv`, keeping, kept, "Keeps"),
    modify(`${stream}_parsed_mv`, parsing(parsed, fields), parsed, "Parses and checks"),
  ];
}

function migration(comment: string, up: string, down: string): string {
  return `-- migrate:up\n${comment}\n${up};\n\n-- migrate:down\n${down};\n`;
}

/** The query that parses lines, with these fields. */
function parsing(query: string, fields: Field[]): string {
  const { types, instants, halfPairs, rules, columns } = parsingOf(fields);
  const block = (lines: string[], indent: number) =>
    lines.map((line) => `\n${line}`.replaceAll("\n", `\n${" ".repeat(indent)}`)).join("");
  const hasHalfPairs = query.includes(" AS halfPairField");
  const beside = [...instants, ...(halfPairs.length && !hasHalfPairs ? [halfPairField(halfPairs)] : [])];
  const newRules = [...(halfPairs.length && !hasHalfPairs ? [halfPairRule] : []), ...rules];
  let changed = putIn(
    query,
    "\n                )'\n            ) AS fields",
    types.map((type) => `,\n                    ${type}`).join(""),
  );
  changed = putIn(changed, "\n        FROM ", beside.map((each) => `,${block([each], 12)}`).join(""));
  if (hasHalfPairs) changed = putIn(changed, "\n                '') AS halfPairField", block(halfPairs, 16));
  changed = putIn(changed, "\n        '') AS reason,", block(newRules, 8));
  return putIn(changed, "\nFROM extracted", columns.map((column) => `,${block([column], 4)}`).join(""));
}

/** Puts lines before a place of a query. Throws Refusal when somebody has written it in another way. */
function putIn(query: string, place: string, lines: string): string {
  const parts = query.split(place);
  if (parts.length !== 2) {
    throw new Refusal(
      `Cannot find one "${place.trim()}" in the view, which was written in another way: add the field by hand, as docs/streams.md says`,
    );
  }
  return parts.join(lines + place);
}
