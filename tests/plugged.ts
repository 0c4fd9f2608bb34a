import { Hono } from "hono";
import { answer } from "../src/answer/answer.ts";
import { chooseFormat } from "../src/answer/format.ts";
import { createAudit } from "../src/audit/audit.ts";
import { hashParameters, measured } from "../src/audit/note.ts";
import { type AuditEnv, auditRequests } from "../src/audit/requests.ts";
import { createAuth } from "../src/auth/auth.ts";
import { authenticate } from "../src/auth/authenticate.ts";
import { signToken } from "../src/auth/token.ts";
import { createBudgets } from "../src/budget/budgets.ts";
import { limitBurst, rateLimitFields, spendQuery } from "../src/budget/enforce.ts";
import type { Limits } from "../src/budget/limits.ts";
import { budgetRoutes } from "../src/budget/routes.ts";
import { createBudgetStore } from "../src/budget/store.ts";
import { bind, readSearch } from "../src/catalog/bind.ts";
import { findQuery } from "../src/catalog/catalog.ts";
import type { QueryFile } from "../src/catalog/query.ts";
import { createServing } from "../src/catalog/serving.ts";
import { type ClickHouse, createClickHouse } from "../src/clickhouse/client.ts";
import type { LogEntry } from "../src/http/log.ts";
import { onError } from "../src/http/on_error.ts";
import { requestId } from "../src/http/request_id.ts";
import { Problem, problems } from "../src/problem.ts";
import { engineOptions, queryFile, read, secret, tokenConfig } from "./gateway.ts";

// A gateway with budgets and audit, until app.ts has them: the same pieces in the order of app.ts.

Object.assign(problems, {
  "budget-spent": [429, "A budget of the tenant is spent"],
  "too-many-requests": [429, "The tenant sends too many requests at once"],
});

export interface PluggedOptions {
  /** Wraps the engine's client. */
  clickHouse?: ClickHouse;
  files?: QueryFile[];
  now?: Date;
  defaults?: Partial<Limits>;
  maxRows?: number;
}

/** Small queries: one row, many rows, and one that reads a table. */
export const files: QueryFile[] = [
  queryFile("test/one", "tenant: none", "SELECT 1 AS one"),
  queryFile(
    "test/many",
    "tenant: none",
    "SELECT number AS n FROM numbers({count:UInt32})",
  ),
];

const tokens = new Map<string, string>();

export async function createPlugged(options: PluggedOptions = {}) {
  const { clickHouse = createClickHouse(engineOptions()) } = options;
  const instance = crypto.randomUUID();
  const serving = createServing(clickHouse);
  const faults = await serving.load(options.files ?? files);
  if (faults.length) throw new Error(faults.map((fault) => fault.render()).join("\n"));
  const entries: LogEntry[] = [];
  const log = (entry: LogEntry) => void entries.push(entry);
  let now = options.now;
  let passedMs = 0;
  const clock = () => now ?? new Date();
  const budgets = createBudgets({
    store: createBudgetStore(clickHouse, instance),
    instance,
    clock,
    log,
    defaults: { daily: 10_000, monthly: 200_000, dailyBytes: null, perSecond: 100_000, ...options.defaults },
    monotonic: () => performance.now() + passedMs,
  });
  const audit = createAudit({ clickHouse, instance, log, maxRows: options.maxRows });
  const deps = { budgets, audit, instance, clock };

  const app = new Hono<AuditEnv>();
  app.onError((error, c) => onError(log)(error, c as never));
  app.notFound(() => {
    throw new Problem("not-found");
  });
  app.use(requestId());
  app.use("/v1/*", auditRequests(deps));
  const auth = createAuth({ config: tokenConfig, clickHouse, clock: () => new Date(), log });
  app.use("/v1/*", authenticate(auth));
  app.use("/v1/*", rateLimitFields(deps));
  app.use("/v1/*", limitBurst(deps));
  app.route("/v1", budgetRoutes(deps));
  app.get("/v1/*", async (c) => {
    const found = findQuery(serving.served().catalog, c.req.path.slice("/v1/".length));
    if (!found) throw new Problem("not-found");
    const { query } = found;
    const note = c.var.audit;
    note.query = query.name;
    const input = readSearch(new URL(c.req.url).searchParams);
    const format = chooseFormat(input.get("format") as string[] | undefined, c.req.header("accept") ?? null);
    input.delete("format");
    const bound = bind(query, input);
    note.parametersHash = hashParameters(bound.parameters);
    await spendQuery(deps, c.var.credential.tenantId);
    const response = await answer(measured(clickHouse, note), {
      query,
      bound,
      tenantId: c.var.credential.tenantId,
      now: clock(),
      format,
      maxSeconds: 20,
      queryId: c.var.requestId,
      signal: c.req.raw.signal,
      onBroken: () => {},
    });
    budgets.addBytes(c.var.credential.tenantId, note.bytesRead);
    response.headers.forEach((value, name) => c.header(name, value));
    return c.newResponse(response.body, 200);
  });

  const request = async (path: string, tenantId?: string, init: RequestInit = {}, scope = "query") => {
    const headers = new Headers(init.headers);
    if (tenantId !== undefined) {
      const key = `${tenantId} ${scope}`;
      const token = tokens.get(key) ??
        await signToken(secret, { tenantId, scope, subject: "user-1", expires: "1h" });
      tokens.set(key, token);
      headers.set("authorization", `Bearer ${token}`);
    }
    return await app.fetch(new Request(`http://gateway${path}`, { ...init, headers }));
  };
  return {
    budgets,
    audit,
    log: entries,
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
    setNow: (instant: string) => void (now = new Date(instant)),
    /** Lets time pass that no clock of the wall shows. */
    pass: (ms: number) => void (passedMs += ms),
  };
}

/** The engine's client, which fails as `mode` says: before a statement is sent, or after an insert took effect. */
export function breakable(clickHouse: ClickHouse = createClickHouse(engineOptions())) {
  const state = { mode: "whole" as "whole" | "away" | "answers lost" };
  const wrapped: ClickHouse = async (statement) => {
    const { ClickHouseUnreachable } = await import("../src/clickhouse/exception.ts");
    if (state.mode === "away") throw new ClickHouseUnreachable("Cut off by the test");
    const response = await clickHouse(statement);
    if (state.mode === "answers lost" && /^\s*INSERT/i.test(statement.sql)) {
      await response.body?.cancel();
      throw new ClickHouseUnreachable("The answer was lost by the test");
    }
    return response;
  };
  return { state, clickHouse: wrapped };
}
