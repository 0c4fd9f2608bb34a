import type { PreparedCatalog } from "../../catalog/prepared.ts";
import type { QueryFile } from "../../catalog/query.ts";

/** What a bundle carries besides the code. It holds no secret: those are in the environment where it runs. */
export interface Bundle {
  /** The gateway's version. */
  version: string;
  files: QueryFile[];
  prepared: PreparedCatalog;
  /** All migrations in their order, the optional ones too. */
  migrations: { name: string; version: string }[];
}
