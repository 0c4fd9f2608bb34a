const packages: Record<string, string> = {
  "linux-x86_64": "linux-x64-gnu",
  "linux-aarch64": "linux-arm64-gnu",
  "darwin-aarch64": "darwin-arm64",
  "darwin-x86_64": "darwin-x64",
};

/** The npm package that carries the engine for this machine. Throws when there is none. */
export function enginePackage(): string {
  const name = packages[`${Deno.build.os}-${Deno.build.arch}`];
  if (name) return `@chdb/lib-${name}@26.7.3-stable.1`;
  throw new Error(`There is no embedded ClickHouse for ${Deno.build.os} on ${Deno.build.arch}`);
}
