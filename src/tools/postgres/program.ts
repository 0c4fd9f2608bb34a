import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { postgresPackage } from "./platform.ts";

/** A link of the package, by paths below its root. */
interface Link {
  source: string;
  target: string;
}

/**
 * Puts Postgres's programs into `folder`, and returns the folder of its executables. They are copied out of Deno's
 * cache, since the package's install script, which makes links between its libraries, does not run there, and since
 * another user than root cannot read root's cache.
 */
export async function unpackPostgres(folder: string): Promise<string> {
  const name = postgresPackage();
  const marker = `${folder}/unpacked`;
  if (await readOrNothing(marker) === name) return `${folder}/native/bin`;
  const native = dirname(dirname(await findInitdb(name)));
  await copy(native, `${folder}/native`);
  for (
    const { source, target } of JSON.parse(await Deno.readTextFile(`${native}/pg-symlinks.json`)) as Link[]
  ) {
    await Deno.remove(`${folder}/${target}`).catch(ignoreAbsence);
    await Deno.symlink(source.slice(source.lastIndexOf("/") + 1), `${folder}/${target}`);
  }
  // the last to be written: a copy that was cut off is made again
  await Deno.writeTextFile(marker, name);
  return `${folder}/native/bin`;
}

/**
 * Path of `initdb` in the package. A process with a lock of its own downloads that: every task downloads all that the
 * project's lock names, and hardly any needs Postgres.
 */
async function findInitdb(name: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      `--lock=${fileURLToPath(new URL("deno.lock", import.meta.url))}`,
      `console.log((await import(${JSON.stringify(`npm:${name}`)})).initdb)`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return new TextDecoder().decode(stdout).trim();
  throw new Error(`Cannot download Postgres, ${name}: ${new TextDecoder().decode(stderr).trim()}`);
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true, mode: 0o755 });
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [`${from}/${entry.name}`, `${to}/${entry.name}`];
    if (entry.isDirectory) await copy(source, target);
    else {
      await Deno.copyFile(source, target);
      await Deno.chmod(target, 0o755);
    }
  }
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    ignoreAbsence(error);
  }
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
