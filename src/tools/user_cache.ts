/** The folder for what is quicker kept than made again; undefined for a user without a home. */
export function userCache(): string | undefined {
  const home = Deno.env.get("HOME");
  const caches = Deno.env.get("XDG_CACHE_HOME") || (home && `${home}/.cache`);
  return caches && `${caches}/sluice`;
}
