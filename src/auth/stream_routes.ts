import { Hono } from "hono";
import { onlyMethods } from "../http/only_methods.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./credential.ts";
import { requireScope } from "./scope.ts";

/** `POST /token`: a token for the address of a stream. */
export function streamTokenRoutes({ streamTokens }: Auth): Hono<AuthEnv> {
  return new Hono<AuthEnv>()
    .post("/token", requireScope("stream"), async (c) => {
      c.header("cache-control", "no-store");
      return c.json({ data: await streamTokens.sign(c.var.credential) });
    })
    .all("/token", onlyMethods("POST"));
}
