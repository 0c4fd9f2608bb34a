import { parse } from "yaml";

/** The name of the document in the repository. */
const name = "openapi.yaml";

/** An OpenAPI document as it was: a file's, or that of a branch, tag or commit of git. Throws when there is none. */
export async function publishedContract(where: string, root: string): Promise<unknown> {
  return parse(await readFile(where) ?? await readCommitted(where, root));
}

async function readFile(path: string): Promise<string | undefined> {
  try {
    if ((await Deno.stat(path)).isFile) return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function readCommitted(reference: string, root: string): Promise<string> {
  // what begins with a hyphen would be an option of git
  if (reference.startsWith("-")) {
    throw new Error(`${reference} is neither a file nor a branch, tag or commit`);
  }
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["show", `${reference}:./${name}`],
    cwd: root,
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  const why = new TextDecoder().decode(stderr).trim().split("\n")[0];
  throw new Error(`${reference} is no file, and git has no ${name} of it: ${why}`);
}
