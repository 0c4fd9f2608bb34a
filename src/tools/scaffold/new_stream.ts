import { existsSync } from "node:fs";
import { suggestion } from "../../base/suggestion.ts";
import { takenDomains } from "../../catalog/query.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { listMigrationFiles, objectOf } from "../../hosts/deno/list_migrations.ts";
import { optionalMigrations } from "../../base/variables/optional_migrations.ts";
import { root, sqlFolder } from "../../hosts/deno/sql_files.ts";
import { devConfig } from "../dev_engine.ts";
import { demoFolder } from "../demo/streams.ts";
import { newVersions } from "../new_versions.ts";
import { brokerMigrations } from "./broker_migrations.ts";
import { demoRows } from "./demo_rows.ts";
import { type Field, streamFields } from "./field.ts";
import { exampleRow, firstQuery } from "./first_query.ts";
import { streamMigrations } from "./migrations.ts";
import { Refusal } from "./refusal.ts";
import { fieldsOfSample } from "./sample.ts";
import { type StreamName, streamName } from "./stream_name.ts";
import { type File, say, shown, writeFiles } from "./write_files.ts";

const usage = `${taskCommand("new stream")} DOMAIN/STREAM FIELD:TYPE … | --sample FILE
Such as: ${
  taskCommand("new stream")
} support/tickets id:UUID status:'Enum(open, closed)' openedAt:DateTime closedAt:'DateTime?'
Types:   UUID, String, Int, UInt, Float, Decimal(12, 2), Bool, Date, DateTime, Enum(…), Array(…) of these; ? is optional
Sample:  a file of NDJSON, from whose lines the fields are guessed`;

/**
 * `deno task new stream`: writes the migrations of a stream, its first query with a test, and demo rows; then the schema and the
 * users' rights that follow from them. Returns the exit code: 2 of a command that is wrong, 1 when the stream is there already.
 */
export async function newStream([path = "", ...rest]: string[]): Promise<number> {
  if (!path || !rest.length) {
    say(usage);
    return 2;
  }
  try {
    const name = streamName(path);
    const fields = streamFields(await writtenFields(rest));
    const existing = await listMigrationFiles(optionalMigrations);
    const taken = findTaken(name, fields, existing);
    if (taken) {
      say(`${taken}; nothing was written`);
      return 1;
    }
    await writeFiles(filesOf(name, fields, existing));
    say(greeting(name, fields));
    return 0;
  } catch (error) {
    say((error as Error).message);
    return error instanceof Refusal ? 2 : 1;
  }
}

/** The fields as the command has them, or as a sample has. */
async function writtenFields(args: string[]): Promise<string[]> {
  const [first, file, ...more] = args.flatMap((arg) =>
    arg.startsWith("--sample=") ? ["--sample", arg.slice(9)] : [arg]
  );
  if (first !== "--sample") {
    const option = args.find((arg) => arg.startsWith("-"));
    if (option) throw new Refusal(`There is no option "${option}"${suggestion(option, ["--sample"])}`);
    return args;
  }
  if (!file || more.length) throw new Refusal("Write --sample FILE alone, without fields beside it");
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    throw new Refusal(`Cannot read "${file}": ${(error as Error).message}`);
  }
  const fields = fieldsOfSample(text);
  say(`Fields of ${file}: ${fields.map((field) => /[ ()?]/.test(field) ? `'${field}'` : field).join(" ")}`);
  return fields;
}

type Existing = Awaited<ReturnType<typeof listMigrationFiles>>[number];

const queryPath = ({ path }: StreamName) => `${sqlFolder(devConfig().SLUICE_SQL_DIR)}/${path}.sql`;
const testPath = ({ path }: StreamName) => `${root}tests/queries/${path}.yaml`;
const demoPath = ({ stream }: StreamName) => `${demoFolder}/${stream}.sql`;

/** Why there can be no such stream, if so. Throws Refusal for a name that cannot be. */
function findTaken(
  name: StreamName,
  fields: Field[],
  existing: Existing[],
): string | undefined {
  const taker = takenDomains.get(name.domain);
  if (taker) throw new Refusal(`The domain "${name.domain}" is taken by ${taker}`);
  for (const part of [name.domain, name.noun]) {
    if (optionalMigrations.includes(part)) {
      throw new Refusal(`"${part}" is a folder of optional migrations: take another name`);
    }
  }
  const objects = new Map(existing.map(({ name }) => [objectOf(name), `migrations/${name}.sql`]));
  objects.set("schema_migrations", "dbmate's own table");
  const wanted = [...streamMigrations(name, fields), ...brokerMigrations(name, devConfig().MIGRATIONS)];
  for (const { object } of wanted) {
    const file = objects.get(object);
    if (file) return `There is a ${object} already (${file})`;
  }
  const path = [queryPath(name), testPath(name), demoPath(name)].find((path) => existsSync(path));
  return path && `${shown(path)} is there already`;
}

function filesOf(name: StreamName, fields: Field[], existing: Existing[]): File[] {
  const versions = newVersions(existing);
  const folder = `${name.domain}/${name.noun.replaceAll("-", "_")}`;
  const migrations = [
    ...streamMigrations(name, fields).map((migration) => ({ folder, ...migration })),
    ...brokerMigrations(name, devConfig().MIGRATIONS),
  ].map(({ folder, object, text }, i) => ({
    path: `${root}migrations/${folder}/${versions(i)}_${object}.sql`,
    text,
  }));
  const { sql, test } = firstQuery(name, fields);
  return [
    ...migrations,
    { path: demoPath(name), text: demoRows(name, fields) },
    { path: queryPath(name), text: sql },
    { path: testPath(name), text: test },
  ];
}

function greeting({ path, stream }: StreamName, fields: Field[]): string {
  const { PORT, HOST } = devConfig();
  const address = `http://${HOST}:${PORT}/v1`;
  return [
    `A running \`${
      taskCommand("dev")
    }\` has the stream within two seconds; without one, the next start has. Try:`,
    `TOKEN=$(${taskCommand("token --tenant acme")})`,
    `curl -s ${address}/events/${stream} -H "authorization: Bearer $TOKEN" -d '${
      JSON.stringify(exampleRow(fields, 1)).replaceAll("'", "’")
    }'`,
    `curl -s ${address}/${path} -H "authorization: Bearer $TOKEN"`,
    `curl -s '${address}/rejected?stream=${stream}' -H "authorization: Bearer $TOKEN"`,
    taskCommand(`test ${path}`),
  ].join("\n");
}
