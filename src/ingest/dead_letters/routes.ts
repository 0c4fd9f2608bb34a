import { z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import { type AuthEnv, tenantId } from "../../auth/credential.ts";
import { requires } from "../../auth/security.ts";
import { Problem } from "../../base/problem.ts";
import { coarseBytes } from "../../base/figures.ts";
import type { Served } from "../../catalog/serving.ts";
import type { Roles } from "../../clickhouse/roles.ts";
import { createRoute } from "../../http/create_route.ts";
import { dataAnswer, jsonAnswer, problemRefs, usualProblems } from "../../http/answers.ts";
import { integer } from "../../http/checked.ts";
import { measured } from "../../http/facts.ts";
import { readText } from "../../http/json_body.ts";
import { serve } from "../../http/serve.ts";
import type { Budgets } from "../../limits/budget/budgets.ts";
import { spendQuery } from "../../limits/budget/enforce.ts";
import type { Queue } from "../../limits/queue/queue.ts";
import { createDeletions } from "./delete.ts";
import { choosesSome, letterFilter } from "./filter.ts";
import { findLetter, listedLetter, listLetters } from "./list.ts";
import { createReplays, noSuchLetter } from "./replay.ts";
import { boundFilter, type Sight, sight, type SightLimits, tenantBound } from "./sight.ts";

/** What these routes use. */
export interface DeadLetterDeps extends Pick<Roles, "clickHouse" | "ingester" | "reader" | "operator"> {
  config: SightLimits;
  budgets: Budgets;
  queue: Queue;
  served: () => Served;
  clock: () => Date;
}

const path = "/v1/ops/dead-letters";
const shared = { tags: ["ops"], ...requires("ingest") };
const whose = "The tenant's own; with `admin`, those of all tenants.";
const count = () => z.int().meta({ format: "int64" });
const cursor = () =>
  z.string("is given more than once").optional().meta({
    param: { description: "From `next` of the answer before" },
  });
const asTenantId = () =>
  tenantId.optional().meta({
    param: { description: "Whose the letters are that came without a tenant; needed to send those again" },
  });
// what is no UUID is the id of no letter: 404
const params = () => z.object({ id: z.string().meta({ format: "uuid" }) });

/** Lines that were refused: seen, sent again, deleted. */
export const deadLetterRoutes = {
  getDeadLetters: createRoute({
    method: "get",
    path,
    ...shared,
    summary: "List dead letters",
    description: `Lines that were refused, from whatever source, the newest first. ${whose}`,
    get request() {
      return {
        query: z.strictObject({
          ...letterFilter(),
          cursor: cursor(),
          pageSize: integer(1_000, 100, "Letters of a page"),
        }),
      };
    },
    get responses() {
      return {
        200: jsonAnswer(
          "The letters",
          z.object({
            data: z.array(listedLetter()),
            meta: z.object({
              page: z.object({
                size: z.int().min(1),
                next: z.string().nullable().describe("What to send as `cursor` for the next page"),
              }),
            }),
          }),
        ),
        ...usualProblems,
      };
    },
  }),
  getDeadLetter: createRoute({
    method: "get",
    path: `${path}/{id}`,
    ...shared,
    summary: "A dead letter with its whole line",
    description: whose,
    get request() {
      return { params: params() };
    },
    get responses() {
      return {
        200: dataAnswer("The letter", listedLetter()),
        ...usualProblems,
        ...problemRefs("NotFound"),
      };
    },
  }),
  postDeadLetterReplay: createRoute({
    method: "post",
    path: `${path}/{id}/replay`,
    ...shared,
    summary: "Send a dead letter again",
    description:
      "Through its stream, so that today's rules decide. It counts once, however often it is sent: one that has " +
      `landed is not sent again. ${whose}`,
    get request() {
      return { params: params(), query: z.strictObject({ asTenantId: asTenantId() }) };
    },
    get responses() {
      return {
        200: dataAnswer(
          "How it ended",
          z.object({
            id: z.uuid(),
            outcome: z.enum(["landed", "refused"]),
            replayedAt: z.iso.datetime(),
            reason: z.string().nullable().describe("Why it was refused again"),
          }),
        ),
        ...usualProblems,
        ...problemRefs("NotFound"),
      };
    },
  }),
  postDeadLettersReplay: createRoute({
    method: "post",
    // not below `path`, where Hono's fast router would take it for an id
    path: "/v1/ops/dead-letter-replays",
    ...shared,
    summary: "Send many dead letters again",
    description:
      "Those of the filter that no replay has landed, for some seconds. While `next` is not null, send the request " +
      "again with it as `cursor`; one that was cut off may also begin from the start. Letters that came without a tenant are sent " +
      `only when \`asTenantId\` says whose they are, and then they alone. ${whose}`,
    get request() {
      return { query: z.strictObject({ ...letterFilter(), asTenantId: asTenantId(), cursor: cursor() }) };
    },
    get responses() {
      return {
        200: dataAnswer(
          "How it ended",
          z.object({
            replayed: count().describe("Letters that were sent again"),
            landed: count(),
            refused: count(),
            landedBefore: count().describe("Letters that a replay before has landed, which were passed over"),
            refusals: z.array(z.object({ id: z.uuid(), reason: z.string() })).max(20).describe(
              "The first of those that were refused again",
            ),
            next: z.string().nullable().describe("What to send as `cursor` to go on; null when all are done"),
          }),
        ),
        ...usualProblems,
      };
    },
  }),
  deleteDeadLetter: createRoute({
    method: "delete",
    path: `${path}/{id}`,
    ...shared,
    summary: "Delete a dead letter",
    description: whose,
    get request() {
      return { params: params() };
    },
    get responses() {
      return {
        204: { description: "It is gone" },
        ...usualProblems,
        ...problemRefs("NotFound"),
      };
    },
  }),
  deleteDeadLetters: createRoute({
    method: "delete",
    path,
    ...shared,
    summary: "Delete many dead letters",
    description: `Those of the filter, which must name something besides the tenant. ${whose}`,
    get request() {
      return { query: z.strictObject(letterFilter()) };
    },
    get responses() {
      return {
        200: dataAnswer("What was deleted", z.object({ deleted: count() })),
        ...usualProblems,
      };
    },
  }),
};

/** Shows, sends again and deletes dead letters. */
export function serveDeadLetters(deps: DeadLetterDeps): Hono<AuthEnv> {
  const replays = createReplays({ ...deps, streams: () => deps.served().streams });
  const deleteLetters = createDeletions(deps.clickHouse);

  /** Does the work with the caller's sight, counted as a query and in its turn. */
  async function inTurn<Result>(
    c: Context<AuthEnv>,
    work: (own: Sight) => Promise<Result>,
    isLong = false,
  ): Promise<Result> {
    if (await readText(c.req.raw, 65_536) !== "") {
      throw new Problem("invalid-request", {
        detail: "The parameters go into the address, such as ?stream=outreach: a body is not taken",
      });
    }
    const { credential, facts } = c.var;
    const { tenantId } = credential;
    await spendQuery(deps, tenantId);
    const leave = await deps.queue.enter({
      tenantId,
      timeoutMs: deps.config.MAX_QUERY_SECONDS * 1_000,
      signal: c.req.raw.signal,
      // what goes on for long says nothing of how long queries take
      isExport: isLong,
    });
    const bytesBefore = facts.bytesRead;
    try {
      const { reader, ...own } = sight(deps, deps.config, tenantBound(credential));
      return await work({ ...own, reader: measured(reader, facts) });
    } finally {
      leave();
      deps.budgets.addBytes(tenantId, coarseBytes(facts.bytesRead - bytesBefore));
    }
  }

  return serve(deadLetterRoutes, {
    async getDeadLetters(c, { query: { cursor, pageSize, ...asked } }) {
      const filter = boundFilter(asked, tenantBound(c.var.credential));
      const { signal } = c.req.raw;
      const { letters, next } = await inTurn(
        c,
        (own) => listLetters(own, filter, { cursor, pageSize, signal }),
      );
      c.header("cache-control", "no-store");
      return c.json({ data: letters, meta: { page: { size: pageSize, next } } }, 200);
    },
    async getDeadLetter(c, { params: { id } }) {
      checkId(id);
      const letter = await inTurn(c, (own) => findLetter(own, id, c.req.raw.signal));
      if (!letter) throw noSuchLetter();
      c.header("cache-control", "no-store");
      return c.json({ data: letter }, 200);
    },
    async postDeadLetterReplay(c, { params: { id }, query: { asTenantId } }) {
      checkId(id);
      checkAsTenant(c, asTenantId);
      const data = await inTurn(c, (own) => replays.one(own, id, asTenantId), true);
      c.header("cache-control", "no-store");
      return c.json({ data }, 200);
    },
    async postDeadLettersReplay(c, { query: { asTenantId, cursor, ...asked } }) {
      checkAsTenant(c, asTenantId);
      const filter = boundFilter(asked, tenantBound(c.var.credential));
      const { signal } = c.req.raw;
      const data = await inTurn(c, (own) => replays.many(own, filter, { asTenantId, cursor, signal }), true);
      c.header("cache-control", "no-store");
      return c.json({ data }, 200);
    },
    async deleteDeadLetter(c, { params: { id } }) {
      checkId(id);
      const ownTenant = tenantBound(c.var.credential);
      if (await inTurn(c, (own) => deleteLetters(own, { tenantId: ownTenant }, id), true) === 0) {
        throw noSuchLetter();
      }
      c.header("cache-control", "no-store");
      return c.body(null, 204);
    },
    async deleteDeadLetters(c, { query: asked }) {
      const filter = boundFilter(asked, tenantBound(c.var.credential));
      if (!choosesSome(filter)) {
        throw new Problem("invalid-request", {
          detail: "Name which letters, such as ?stream=outreach or ?to=2027-01-31T00:00:00Z",
        });
      }
      const deleted = await inTurn(c, (own) => deleteLetters(own, filter), true);
      c.header("cache-control", "no-store");
      return c.json({ data: { deleted } }, 200);
    },
  });
}

function checkId(id: string): void {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) throw noSuchLetter();
}

/** Whose a letter is, an admin alone says. Throws Problem. */
function checkAsTenant(c: Context<AuthEnv>, asTenantId: string | undefined): void {
  if (asTenantId === undefined || tenantBound(c.var.credential) === undefined) return;
  throw new Problem("forbidden", { detail: "Only the scope admin says whose a letter is" });
}
