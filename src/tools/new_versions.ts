/**
 * Returns the version of the i-th new migration, a timestamp of 14 digits: after all that are there, since two migrations of
 * one version are one to dbmate.
 */
export function newVersions(existing: { version: string }[], now = new Date()): (i: number) => string {
  const newest = existing.map(({ version }) => version).filter((version) => version.length === 14).toSorted()
    .at(-1);
  const after = Date.parse((newest ?? "").replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z")) +
    1_000;
  // of a newest that is no time, nothing follows
  const begin = Math.max(now.getTime(), Number.isNaN(after) ? 0 : after);
  return (i) => new Date(begin + i * 1_000).toISOString().replaceAll(/\D/g, "").slice(0, 14);
}
