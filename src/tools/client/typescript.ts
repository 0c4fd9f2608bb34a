import openapiTypescript, { astToString, type OpenAPI3 } from "openapi-typescript";
import ts from "typescript";
import type { OpenApi } from "../../api/openapi/document.ts";
import config from "../../../deno.json" with { type: "json" };

/** What the package consists of besides its types, each a file of `runtime/`. */
const parts = ["connect", "problem", "pages", "frames", "follow"];
const runtime = new URL("./runtime/", import.meta.url);

const index = `import type { Client } from "openapi-fetch";
import { connect, type ConnectOptions, type Json } from "./connect.ts";
import type { components, paths } from "./schema.ts";

/** The functions of openapi-fetch for the paths of this gateway, with the credential on each request. */
export function createClient(options: ConnectOptions): Client<paths, Json> {
  return connect<paths>(options);
}

/** The problem document of an answer that is none. */
export type Problem = components["schemas"]["Problem"];
export { type ConnectOptions, type Credential, type Secret } from "./connect.ts";
export { follow, type FollowOptions, type LiveMessage, StreamEnded } from "./follow.ts";
export { type Page, type PageParameters, pages, rows } from "./pages.ts";
export { answerOf, type ProblemDocument, SluiceProblem } from "./problem.ts";
export type { components, operations, paths } from "./schema.ts";
`;

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
};
const declared: ts.CompilerOptions = { ...compilerOptions, isolatedDeclarations: true, declaration: true };

/** Writes the package: its types from the document, its functions compiled, ready to be published. */
export async function writeTypeScriptClient(document: OpenApi, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  await write("schema.d.ts", astToString(await openapiTypescript(structuredClone(document) as OpenAPI3)));
  await write("package.json", `${JSON.stringify(packageOf(document), null, 2)}\n`);
  await Deno.copyFile(new URL("README.md", runtime), `${folder}/README.md`);
  await compile("index", index, write);
  for (const part of parts) {
    await compile(part, await Deno.readTextFile(new URL(`${part}.ts`, runtime)), write);
  }
}

/** What else the package needs is what the gateway's own tests take. */
function packageOf({ info }: OpenApi) {
  const versionOf = (name: "openapi-fetch" | "eventsource-parser") =>
    config.scopes["./"][name].split("@").at(-1)!;
  return {
    name: "sluice-client",
    version: config.version,
    description: `A client of ${info.title}`,
    license: "MIT",
    type: "module",
    engines: { node: ">=22.12" },
    exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    dependencies: {
      "eventsource-parser": `^${versionOf("eventsource-parser")}`,
      "openapi-fetch": `^${versionOf("openapi-fetch")}`,
    },
  };
}

/** One module as JavaScript and its declarations, each made from the text alone. Throws when the text is at fault. */
async function compile(
  name: string,
  text: string,
  write: (name: string, text: string) => Promise<void>,
): Promise<void> {
  const published = text.replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"');
  const options = { fileName: `${name}.ts`, reportDiagnostics: true };
  const script = ts.transpileModule(published, { ...options, compilerOptions });
  const declarations = ts.transpileDeclaration(published, { ...options, compilerOptions: declared });
  const faults = [...script.diagnostics ?? [], ...declarations.diagnostics ?? []];
  if (faults.length) {
    throw new Error(
      faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n"),
    );
  }
  await write(`${name}.js`, script.outputText);
  await write(`${name}.d.ts`, declarations.outputText);
}
