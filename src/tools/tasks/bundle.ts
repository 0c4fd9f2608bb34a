import { devConfig } from "../dev_engine.ts";
import { renderFault, root } from "../../hosts/deno/sql_files.ts";
import { makeBundle } from "../bundle/make_bundle.ts";
import { writeBundle } from "../bundle/write_bundle.ts";

// `deno task bundle [FOLDER]`: the gateway and the query files as one module, for Deno, Node, Bun and workerd.

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

async function main([folder = `${root}dist`]: string[]): Promise<number> {
  const { SLUICE_SQL_DIR: sqlDir } = devConfig();
  const { bundle, errors } = await makeBundle(sqlDir);
  for (const error of errors) say(renderFault(error, sqlDir));
  if (!bundle) return 1;
  const count = `${bundle.prepared.queries.length} queries`;
  for (const { name, bytes, gzipBytes } of await writeBundle(bundle, folder)) {
    const holds = name === "gateway.mjs" ? ` with ${count}` : "";
    say(`${name}${holds}: ${kilobytes(bytes)}, ${kilobytes(gzipBytes)} packed with gzip`);
  }
  say(
    `Wrote ${folder}: node gateway.mjs, bun gateway.mjs, deno run -A gateway.mjs, workerd serve workerd.capnp`,
  );
  return 0;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} KB`;
}

Deno.exit(await main(Deno.args));
