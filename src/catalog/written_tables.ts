import type { Catalog } from "./catalog.ts";

const known = new WeakMap<Catalog, ReadonlySet<string>>();

/** The tables that writing endpoints of a catalog write, without their database. */
export function writtenTables(catalog: Catalog): ReadonlySet<string> {
  const tables = known.get(catalog);
  if (tables) return tables;
  const found = new Set(
    [...catalog.values()].map(({ frontMatter }) => frontMatter.into).filter((table) => table !== undefined),
  );
  known.set(catalog, found);
  return found;
}
