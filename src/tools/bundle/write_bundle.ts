import type { Bundle } from "../../hosts/bundle/bundle.ts";
import { docsAssets } from "../../hosts/deno/docs_assets.ts";
import { root } from "../../hosts/deno/sql_files.ts";
import { workerdConfig } from "./workerd_config.ts";

/** The files of a bundle in its folder, with their bytes, and those packed with gzip. */
export interface WrittenFile {
  name: string;
  bytes: number;
  gzipBytes: number;
}

const viewerFiles = ["swagger-ui.css", "swagger-ui-bundle.js"];

/** Writes a bundle into a folder: the gateway, the API reference's files, Node's WebSockets, and a configuration of workerd. */
export async function writeBundle(bundle: Bundle, folder: string): Promise<WrittenFile[]> {
  await Deno.mkdir(folder, { recursive: true });
  await writeGateway(bundle, `${folder}/gateway.mjs`);
  await Deno.writeTextFile(`${folder}/reference.mjs`, await reference());
  await bundleModule(`${root}src/hosts/node/sockets.ts`, `${folder}/sockets.mjs`, "deno", ["--minify"]);
  await Deno.writeTextFile(`${folder}/workerd.capnp`, workerdConfig());
  return await Promise.all(
    ["gateway.mjs", "reference.mjs", "sockets.mjs"].map((name) => measure(folder, name)),
  );
}

async function writeGateway(bundle: Bundle, outputPath: string): Promise<void> {
  // beside the sources, where the imports of deno.json hold
  const entry = await Deno.makeTempFile({ dir: `${root}src/tools/bundle`, prefix: ".entry-", suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, entryText(bundle));
    await bundleModule(entry, outputPath, "browser");
    await Deno.writeTextFile(outputPath, withoutLanguages(await Deno.readTextFile(outputPath)));
    await bundleModule(outputPath, outputPath, "browser", ["--minify"]);
  } finally {
    await Deno.remove(entry);
  }
}

/** The module without the texts of zod in fifty languages, a sixth of it, of which nothing but its object `z` speaks. */
function withoutLanguages(module: string): string {
  const uses = [/^ {2}locales: \(\) => locales_exports,\n/gm, /^__export\(locales_exports, \{[^}]*\}\);\n/gm];
  return uses.reduce((text, use) => {
    if (text.search(use) < 0) {
      throw new Error("Cannot leave out zod's languages: they are bundled in another way");
    }
    return text.replaceAll(use, "");
  }, module);
}

/** The module that is bundled: what a bundle carries is JSON, which is read quicker than code. */
function entryText(bundle: Bundle): string {
  const hosts = `${root}src/hosts`;
  return `import { start } from ${JSON.stringify(`${hosts}/start/start.ts`)};
import { createGatewayClass } from ${JSON.stringify(`${hosts}/workerd/bundled.ts`)};
const bundle = JSON.parse(${JSON.stringify(JSON.stringify(bundle))});
export const Gateway = createGatewayClass(bundle);
export default start(bundle);
`;
}

/** Has Deno's esbuild make one module of all; that of the platform `deno` imports modules of Node's. Throws with what it prints. */
async function bundleModule(
  entry: string,
  outputPath: string,
  platform: "browser" | "deno",
  options: string[] = [],
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      `--platform=${platform}`,
      "--format=esm",
      ...options,
      "--output",
      outputPath,
      entry,
    ],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function reference(): Promise<string> {
  const { read } = docsAssets();
  const texts = await Promise.all(viewerFiles.map(async (name) => {
    return [name, new TextDecoder().decode(await read(name))];
  }));
  return `export const files = ${JSON.stringify(Object.fromEntries(texts))};\n`;
}

async function measure(folder: string, name: string): Promise<WrittenFile> {
  const bytes = await Deno.readFile(`${folder}/${name}`);
  const packed = new Response(
    new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")),
  );
  return { name, bytes: bytes.length, gzipBytes: (await packed.arrayBuffer()).byteLength };
}
