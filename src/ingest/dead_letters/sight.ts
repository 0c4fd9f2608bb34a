import type { Credential } from "../../auth/credential.ts";
import { hasScope } from "../../auth/scope.ts";
import { Problem } from "../../base/problem.ts";
import type { ClickHouse, Statement } from "../../clickhouse/client.ts";
import { sightOf } from "../../isolation/sight.ts";
import type { Readers } from "../../isolation/sight.ts";
import type { LetterFilter } from "./filter.ts";

/** Whose dead letters a caller sees. */
export interface Sight {
  /** The tenant to which the caller is bound; undefined for an admin. */
  ownTenant?: string;
  /** Runs statements as the engine's user who sees no other rows. */
  reader: ClickHouse;
}

/** A statement of these routes may use so much. */
export interface SightLimits {
  MAX_QUERY_SECONDS: number;
  MAX_QUERY_MEMORY_BYTES: number;
}

/** Sees the letters of one tenant, or all when there is none. The engine's row policies hold it to that. */
export function sight(
  { reader, operator }: Pick<Readers, "reader" | "operator">,
  limits: SightLimits,
  ownTenant?: string,
): Sight {
  const tenant = ownTenant === undefined ? "all" as const : undefined;
  const settings = {
    ...sightOf({ frontMatter: { tenant } }, ownTenant ?? ""),
    max_execution_time: limits.MAX_QUERY_SECONDS,
    max_memory_usage: limits.MAX_QUERY_MEMORY_BYTES,
  };
  const client = ownTenant === undefined ? operator : reader;
  return {
    ownTenant,
    reader: (statement: Statement) =>
      client({ ...statement, settings: { ...statement.settings, ...settings } }),
  };
}

/** Whose changes take turns: those of one tenant hold up no other. Admins wait for each other. */
export function turnOf({ ownTenant = "" }: Sight): string {
  return ownTenant;
}

/** The tenant to which a caller is bound: undefined for an admin. */
export function tenantBound(credential: Credential): string | undefined {
  return hasScope(credential, []) ? undefined : credential.tenantId;
}

/** The filter with the tenant to which its caller is bound. Throws Problem when it names another. */
export function boundFilter(filter: LetterFilter, ownTenant: string | undefined): LetterFilter {
  if (ownTenant === undefined) return filter;
  if (filter.tenantId !== undefined && filter.tenantId !== ownTenant) {
    throw new Problem("forbidden", { detail: "Only the scope admin sees dead letters of other tenants" });
  }
  return { ...filter, tenantId: ownTenant };
}
