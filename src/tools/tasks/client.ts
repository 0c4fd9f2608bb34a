import { parse } from "yaml";
import { PythonClientError, writePythonClient } from "../client/python.ts";
import { writeTypeScriptClient } from "../client/typescript.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { root } from "../../hosts/deno/sql_files.ts";

// `deno task client FOLDER [--python PROGRAM]`: clients of what openapi.yaml describes: FOLDER/typescript, and with a Python that has
// openapi-python-client, FOLDER/python.
const file = `${root}openapi.yaml`;

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

async function main([folder, option, python, ...rest]: string[]): Promise<number> {
  const isPython = option === "--python" && python !== undefined;
  if (folder === undefined || folder.startsWith("-") || option !== undefined && !isPython || rest.length) {
    say(taskCommand("client FOLDER [--python PROGRAM]"));
    return 2;
  }
  await writeTypeScriptClient(parse(await Deno.readTextFile(file)), `${folder}/typescript`);
  say(`Wrote ${folder}/typescript`);
  if (!isPython) return 0;
  try {
    await writePythonClient(python, file, `${folder}/python`);
  } catch (error) {
    if (!(error instanceof PythonClientError)) throw error;
    say(error.message);
    return 1;
  }
  say(`Wrote ${folder}/python`);
  return 0;
}

Deno.exit(await main(Deno.args));
