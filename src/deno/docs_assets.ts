import type { DocsAssets } from "../docs/routes.ts";
import { npmFile } from "./npm_file.ts";

/** Swagger UI's files out of its npm package, downloaded when the reference is first opened. */
export function docsAssets(demoToken?: string): DocsAssets {
  return {
    demoToken,
    read: async (name) => await Deno.readFile(await npmFile("swagger-ui-dist@5.35.0", name)),
  };
}
