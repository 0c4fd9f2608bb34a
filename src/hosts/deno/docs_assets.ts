import { fileURLToPath } from "node:url";
import viewer from "swagger-ui-dist/package.json" with { type: "json" };
import type { DocsAssets } from "../../api/docs/routes.ts";

/** Swagger UI's files out of its npm package. */
export function docsAssets(demoTokens?: DocsAssets["demoTokens"]): DocsAssets {
  const read = (name: string) => Deno.readFile(fileURLToPath(import.meta.resolve(`${viewer.name}/${name}`)));
  return { demoTokens, read };
}
