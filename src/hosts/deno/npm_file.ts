import { fileURLToPath } from "node:url";

/**
 * Path of a file in an npm package, which is downloaded into Deno's cache when it is not there. The specifier is
 * computed, since Deno resolves static ones for every platform, also those that a registry lacks.
 */
export async function npmFile(packageAndVersion: string, file: string): Promise<string> {
  await import(`npm:${packageAndVersion}/package.json`, { with: { type: "json" } });
  return fileURLToPath(import.meta.resolve(`npm:${packageAndVersion}/${file}`));
}
