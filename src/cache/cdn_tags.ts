import { LRUCache } from "lru-cache";
import { createDerivedKey } from "../auth/derived_key.ts";
import type { Purge, Purgeable } from "./purge.ts";

/** What answers are tagged with: all of them, those of a query, to a tenant, to all tenants, from a table. */
type Kind = "all" | "query" | "tenant" | "table";

const hmac = { name: "HMAC", hash: "SHA-256" };
const tagBytes = 12;
const maxKnown = 20_000;

/** Makes tags that tell nobody what they stand for. */
export type Tags = ReturnType<typeof createTags>;

/**
 * The tags of answers in a CDN. Each is an HMAC, equal in all gateways with the secret: nobody can find a tenant's name by trying.
 * Hexadecimal, since some CDNs take capitals and small letters for the same.
 */
export function createTags(secret: string | undefined) {
  const derivedKey = createDerivedKey(secret, "tags");
  const known = new LRUCache<string, Promise<string>>({ max: maxKnown });
  let key: Promise<CryptoKey> | undefined;

  function tag(kind: Kind, name = ""): Promise<string> {
    const text = `${kind}\0${name}`;
    let made = known.get(text);
    if (!made) known.set(text, made = sign(text));
    return made;
  }

  async function sign(text: string): Promise<string> {
    key ??= derivedKey().then((bytes) => crypto.subtle.importKey("raw", bytes, hmac, false, ["sign"]));
    const mac = await crypto.subtle.sign("HMAC", await key, new TextEncoder().encode(text));
    return new Uint8Array(mac).subarray(0, tagBytes).toHex();
  }

  // a purge may name a table without its database
  const ofTable = (table: string) => tag("table", table.slice(table.indexOf(".") + 1));
  const ofAllTenants = () => tag("tenant");

  return {
    all: () => tag("all"),
    ofTable,

    /** The tags of an answer. */
    of({ query, tenantIds, tables }: Purgeable): Promise<string[]> {
      return Promise.all([
        tag("all"),
        tag("query", query),
        ...tenantIds === "all" ? [ofAllTenants()] : tenantIds.map((tenantId) => tag("tenant", tenantId)),
        ...tables.map(ofTable),
      ]);
    },

    /** Tags that all answers which a purge means have one of; a CDN knows no "and", so it may be more answers. */
    purged({ query, tenantId, table }: Purge): Promise<string[]> {
      if (tenantId) return Promise.all([tag("tenant", tenantId), ofAllTenants()]);
      if (table) return Promise.all([ofTable(table)]);
      return Promise.all([query ? tag("query", query) : tag("all")]);
    },
  };
}
