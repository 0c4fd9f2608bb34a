import { createRoute } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { dataAnswer, problemRefs, usualProblems } from "../http/answers.ts";
import { serve } from "../http/serve.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./credential.ts";
import { requires } from "./security.ts";
import { streamToken } from "./stream_token.ts";

/** A token for the address of a stream. */
export const streamRoutes = {
  postStreamToken: createRoute({
    method: "post",
    path: "/v1/stream/token",
    tags: ["credentials"],
    ...requires("stream"),
    summary: "Make a token for the address of a stream",
    description:
      "For browsers' `EventSource`, which can send no header: `GET /v1/stream/…?token=…`. It holds for a minute, " +
      "when the stream is opened, and for nothing else.",
    responses: {
      200: dataAnswer("The token", streamToken),
      ...usualProblems,
      ...problemRefs("NotConfigured"),
    },
  }),
};

/** Signs stream tokens. */
export function serveStreamTokens({ streamTokens }: Auth): Hono<AuthEnv> {
  return serve(streamRoutes, {
    async postStreamToken(c) {
      c.header("cache-control", "no-store");
      return c.json({ data: await streamTokens.sign(c.var.credential) }, 200);
    },
  });
}
