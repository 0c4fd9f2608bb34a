import { z } from "zod";
import { once } from "../base/once.ts";
import { type ClickHouse, readRows, run } from "../clickhouse/client.ts";
import { escapeString, quoteArray } from "../clickhouse/string_literal.ts";
import countSql from "./api_key_count.sql" with { type: "text" };
import createSql from "./api_key_create.sql" with { type: "text" };
import findSql from "./api_key_find.sql" with { type: "text" };
import listSql from "./api_key_list.sql" with { type: "text" };
import revokeSql from "./api_key_revoke.sql" with { type: "text" };

/** What an API key stands for. */
export interface ApiKey {
  id: string;
  tenantId: string;
  scopes: string[];
  /** Milliseconds since 1970. */
  expiresAt: number | null;
}

/** A key as it is stored first. */
export interface NewApiKey {
  hash: string;
  id: string;
  tenantId: string;
  name: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date | null;
}

/** A key as an admin sees it. */
export const listedApiKey = once(() =>
  z.object({
    id: z.uuid(),
    tenantId: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable().describe("When it ceases to hold"),
    revokedAt: z.iso.datetime().nullable().describe("When it was revoked"),
    lastUsedAt: z.iso.datetime().nullable().describe(
      "When it was last used, a second or so ago at the latest",
    ),
  })
);

/** A key as an admin sees it. */
export type ListedApiKey = z.infer<ReturnType<typeof listedApiKey>>;

/** API keys in ClickHouse's table `api_keys`; each function throws when ClickHouse cannot be asked. */
export interface ApiKeyStore {
  create(key: NewApiKey): Promise<void>;
  /** Those of the hashes and ids that are of keys, and not revoked, with their hashes. */
  find(
    named: { hashes: string[]; ids: string[] },
    signal: AbortSignal,
  ): Promise<(ApiKey & { digest: string })[]>;
  list(of: { tenantId?: string; page: number; pageSize: number }): Promise<
    { keys: ListedApiKey[]; total: number }
  >;
  /** Revokes a key, which may have been done before; false when there is none of that id. */
  revoke(id: string, now: Date): Promise<boolean>;
}

/** Keys in ClickHouse. */
export function createApiKeyStore(clickHouse: ClickHouse): ApiKeyStore {
  const count = async (parameters: { id?: string; tenantId?: string }) => {
    const { id = absent, tenantId } = parameters;
    const [{ total }] = await readRows<{ total: number }>(clickHouse, {
      sql: countSql,
      parameters: { id, tenantId: optional(tenantId) },
    });
    return total;
  };

  return {
    async create({ hash, id, tenantId, name, scopes, createdAt, expiresAt }) {
      await run(clickHouse, {
        sql: createSql,
        parameters: {
          hash,
          id,
          tenantId: escapeString(tenantId),
          name: escapeString(name),
          scopes: quoteArray(scopes),
          createdAt: instantText(createdAt),
          expiresAt: expiresAt ? instantText(expiresAt) : absent,
        },
      });
    },
    async find({ hashes, ids }, signal) {
      return await readRows(clickHouse, {
        sql: findSql,
        parameters: { hashes: quoteArray(hashes), ids: quoteArray(ids) },
        signal,
      });
    },
    async list({ tenantId, page, pageSize }) {
      const [total, keys] = await Promise.all([
        count({ tenantId }),
        readRows<ListedApiKey>(clickHouse, {
          sql: listSql,
          parameters: {
            tenantId: optional(tenantId),
            limit: String(pageSize),
            offset: String((page - 1) * pageSize),
          },
        }),
      ]);
      return { keys, total };
    },
    async revoke(id, now) {
      if (await count({ id }) === 0) return false;
      await run(clickHouse, { sql: revokeSql, parameters: { id, now: instantText(now) } });
      return true;
    },
  };
}

const absent = "\\N";

function optional(text: string | undefined): string {
  return text === undefined ? absent : escapeString(text);
}

/** The instant as a DateTime64(3, 'UTC') is bound. */
function instantText(instant: Date): string {
  return instant.toISOString().slice(0, 23).replace("T", " ");
}
