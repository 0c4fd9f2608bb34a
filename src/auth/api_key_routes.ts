import { Hono } from "hono";
import { readSearch } from "../http/input.ts";
import { checked } from "../http/checked.ts";
import { readJsonBody } from "../http/json_body.ts";
import { onlyMethods } from "../http/only_methods.ts";
import { searchOf } from "../http/target.ts";
import { Problem } from "../base/problem.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./credential.ts";
import { requireScope } from "./scope.ts";
import { hashKey, newKey } from "./api_key.ts";
import { listRequest, newKeyRequest } from "./api_key_request.ts";

/** `POST` and `GET /`, `DELETE /{id}`: API keys of all tenants, for an admin. */
export function keyRoutes({ keys, keyStore, clock }: Auth): Hono<AuthEnv> {
  return new Hono<AuthEnv>()
    .use(requireScope("admin"))
    .use(async function noStore(c, next) {
      c.header("cache-control", "no-store");
      await next();
    })
    .post("/", async (c) => {
      const { expiresAt, ...wanted } = checked(newKeyRequest, await readJsonBody(c.req.raw));
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
      return c.json({ data }, 201);
    })
    .get("/", async (c) => {
      const search = readSearch(searchOf(c.req.raw));
      const single = [...search].map(([name, values]) => [name, values.length > 1 ? values : values[0]]);
      const { tenantId, page, pageSize } = checked(listRequest, Object.fromEntries(single));
      const { keys: data, total } = await keyStore.list({ tenantId, page, pageSize });
      return c.json({ data, meta: { page: { number: page, size: pageSize, total } } });
    })
    .all("/", onlyMethods("GET, HEAD, POST"))
    .delete("/:id", async (c) => {
      const id = c.req.param("id");
      const isUuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);
      if (!isUuid || !await keyStore.revoke(id, clock())) {
        throw new Problem("not-found", { detail: "There is no API key of this id" });
      }
      keys.forget();
      return c.body(null, 204);
    })
    .all("/:id", onlyMethods("DELETE"));
}
