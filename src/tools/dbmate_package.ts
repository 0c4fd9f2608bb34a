/** The npm package that carries dbmate for this machine. Throws when there is none. */
export function dbmatePackage(): string {
  const system =
    ({ linux: "linux", darwin: "darwin", windows: "win32" } as Record<string, string>)[Deno.build.os];
  const processor = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch];
  if (!system) throw new Error(`There is no dbmate for ${Deno.build.os}`);
  return `@dbmate/${system}-${processor}@2.36.0`;
}
