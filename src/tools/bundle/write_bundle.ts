import type { Bundle } from "../../hosts/bundle/bundle.ts";
import { docsAssets } from "../../hosts/deno/docs_assets.ts";
import { root } from "../../hosts/deno/sql_files.ts";
import { lighten } from "./lighten.ts";
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
  await bundleModule(`${root}src/hosts/node/sockets.ts`, `${folder}/sockets.mjs`, "deno", ["--minify"]);
  const { read } = docsAssets();
  for (const name of viewerFiles) await Deno.writeFile(`${folder}/${name}`, (await read(name))!);
  await Deno.writeTextFile(`${folder}/workerd.capnp`, workerdConfig(viewerFiles));
  return await Promise.all(
    ["gateway.mjs", "sockets.mjs", ...viewerFiles].map((name) => measure(folder, name)),
  );
}

async function writeGateway(bundle: Bundle, outputPath: string): Promise<void> {
  // beside the sources, where the imports of deno.json hold
  const entry = await Deno.makeTempFile({ dir: `${root}src/tools/bundle`, prefix: ".entry-", suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, entryText());
    await bundleModule(entry, outputPath, "browser");
    await Deno.writeTextFile(outputPath, lighten(await Deno.readTextFile(outputPath)));
    await bundleModule(outputPath, outputPath, "browser", ["--minify"]);
    await Deno.writeTextFile(outputPath, withCarried(await Deno.readTextFile(outputPath), bundle));
  } finally {
    await Deno.remove(entry);
  }
}

/** The module that is bundled, in which `carried` stands for what the bundle carries. */
function entryText(): string {
  const hosts = `${root}src/hosts`;
  return `import { start } from ${JSON.stringify(`${hosts}/start/start.ts`)};
import { createGatewayClass } from ${JSON.stringify(`${hosts}/workerd/bundled.ts`)};
const bundle = JSON.parse(${JSON.stringify(carried)});
export const Gateway = createGatewayClass(bundle);
export default start(bundle);
`;
}

const carried = "what the bundle carries";

/** The JSON of what a bundle carries is put in last, in plain quotes: minified it would be a template, which is read more slowly. */
function withCarried(module: string, bundle: Bundle): string {
  const json = JSON.stringify(bundle)
    // text that is all ASCII takes a byte a character
    .replaceAll(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  const [before, after, ...more] = module.split(JSON.stringify(carried));
  if (after === undefined || more.length) {
    throw new Error("Cannot put in what the bundle carries: its place is not there once");
  }
  return `${before}'${json}'${after}`;
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

async function measure(folder: string, name: string): Promise<WrittenFile> {
  const bytes = await Deno.readFile(`${folder}/${name}`);
  const packed = new Response(
    new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")),
  );
  return { name, bytes: bytes.length, gzipBytes: (await packed.arrayBuffer()).byteLength };
}
