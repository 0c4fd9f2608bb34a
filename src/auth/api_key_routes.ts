import { z } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { Problem } from "../base/problem.ts";
import { createRoute } from "../http/create_route.ts";
import { dataAnswer, jsonAnswer, jsonBody, problemRefs, usualProblems } from "../http/answers.ts";
import { serve } from "../http/serve.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./credential.ts";
import { requires } from "./security.ts";
import { hashKey, newKey } from "./api_key.ts";
import { listRequest, newKeyRequest } from "./api_key_request.ts";
import { listedApiKey } from "./api_key_store.ts";

const shared = { tags: ["credentials"], ...requires("admin") };

/** API keys of all tenants, for an admin. */
export const keyRoutes = {
  getAdminKeys: createRoute({
    method: "get",
    path: "/v1/admin/keys",
    ...shared,
    summary: "List API keys",
    description: "Newest first, those that were revoked too; never the key itself.",
    get request() {
      return { query: listRequest() };
    },
    get responses() {
      return {
        200: jsonAnswer(
          "The keys",
          z.object({
            data: z.array(listedApiKey()),
            meta: z.object({
              page: z.object({ number: z.int().min(1), size: z.int().min(1), total: z.int() }),
            }),
          }),
        ),
        ...usualProblems,
      };
    },
  }),
  postAdminKeys: createRoute({
    method: "post",
    path: "/v1/admin/keys",
    ...shared,
    summary: "Make an API key",
    description: "The answer shows the key, once.",
    get request() {
      return { body: jsonBody(newKeyRequest()) };
    },
    get responses() {
      return {
        201: dataAnswer(
          "The key",
          listedApiKey().extend({ key: z.string().describe("The key: shown here, and never again") }),
        ),
        ...usualProblems,
        ...problemRefs("TooLarge"),
      };
    },
  }),
  deleteAdminKey: createRoute({
    method: "delete",
    path: "/v1/admin/keys/{id}",
    ...shared,
    summary: "Revoke an API key",
    description: "It is refused everywhere within 5 seconds.",
    // what is no UUID is the id of no key: 404
    get request() {
      return { params: z.object({ id: z.string().meta({ format: "uuid" }) }) };
    },
    get responses() {
      return {
        204: { description: "It is revoked, now or before" },
        ...usualProblems,
        ...problemRefs("NotFound"),
      };
    },
  }),
};

/** Makes, lists and revokes API keys. */
export function serveKeys({ keys, keyStore, clock }: Auth): Hono<AuthEnv> {
  return serve(keyRoutes, {
    async getAdminKeys(c, { query: { tenantId, page, pageSize } }) {
      const { keys: data, total } = await keyStore.list({ tenantId, page, pageSize });
      c.header("cache-control", "no-store");
      return c.json({ data, meta: { page: { number: page, size: pageSize, total } } }, 200);
    },
    async postAdminKeys(c, { body: { expiresAt, ...wanted } }) {
      const createdAt = clock();
      const expires = expiresAt === undefined ? null : new Date(expiresAt);
      if (expires && expires <= createdAt) {
        throw new Problem("invalid-parameter", {
          detail: "expiresAt must be in the future",
          parameter: "expiresAt",
        });
      }
      const [key, id] = [newKey(), crypto.randomUUID()];
      await keyStore.create({ ...wanted, id, hash: await hashKey(key), createdAt, expiresAt: expires });
      const data = { id, ...wanted, createdAt, expiresAt: expires, revokedAt: null, lastUsedAt: null, key };
      c.header("cache-control", "no-store");
      return c.json({ data }, 201);
    },
    async deleteAdminKey(c, { params: { id } }) {
      const isUuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);
      if (!isUuid || !await keyStore.revoke(id, clock())) {
        throw new Problem("not-found", { detail: "There is no API key of this id" });
      }
      keys.forget();
      c.header("cache-control", "no-store");
      return c.body(null, 204);
    },
  });
}
