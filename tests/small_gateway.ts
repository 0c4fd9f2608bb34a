import { signToken } from "../src/auth/token.ts";
import type { QueryFile } from "../src/catalog/query.ts";
import { ClickHouseUnreachable } from "../src/clickhouse/exception.ts";
import { createGateway, queryFile, read, secret, type TestOptions, type Through } from "./gateway.ts";

/** Queries of one row and of many rows. */
const files: QueryFile[] = [
  queryFile("test/one", "tenant: none", "SELECT 1 AS one"),
  queryFile("test/many", "tenant: none", "SELECT number AS n FROM numbers({count:UInt32})"),
];

const tokens = new Map<string, string>();

/** A gateway with small queries, which takes other scopes than the usual. */
export async function createSmallGateway(options: TestOptions = {}) {
  const gateway = await createGateway({ files, ...options });
  const request = async (path: string, tenantId?: string, init: RequestInit = {}, scope = "query") => {
    const headers = new Headers(init.headers);
    if (tenantId !== undefined) {
      const key = `${scope} ${tenantId}`;
      const token = tokens.get(key) ??
        await signToken(secret, { tenantId, scope, subject: "user-1", expires: "100y" });
      tokens.set(key, token);
      headers.set("authorization", `Bearer ${token}`);
    }
    return await gateway.handle(new Request(`http://gateway${path}`, { ...init, headers }));
  };
  return {
    ...gateway,
    request,
    get: async (path: string, tenantId?: string) => await read(await request(path, tenantId)),
    /** Sends JSON, or nothing, as an admin. */
    admin: async (method: string, path: string, body?: unknown) =>
      await read(
        await request(
          path,
          "the-operator",
          { method, body: body === undefined ? undefined : JSON.stringify(body) },
          "admin",
        ),
      ),
  };
}

/** A way to ClickHouse that fails as `mode` says: before a statement is sent, or after an insert took effect. */
export function breakable(next: Through = (statement, ask) => ask(statement)) {
  const state = { mode: "whole" as "whole" | "away" | "answers lost" };
  const through: Through = async (statement, ask) => {
    if (state.mode === "away") throw new ClickHouseUnreachable("Cut off by the test");
    const response = await next(statement, ask);
    if (state.mode === "answers lost" && /^\s*INSERT/i.test(statement.sql)) {
      await response.body?.cancel();
      throw new ClickHouseUnreachable("The answer was lost by the test");
    }
    return response;
  };
  return { state, through };
}
