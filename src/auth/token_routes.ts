import type { Hono } from "hono";
import { createRoute } from "../http/create_route.ts";
import { dataAnswer, jsonBody, problemRefs, usualProblems } from "../http/answers.ts";
import { serve } from "../http/serve.ts";
import type { Auth } from "./auth.ts";
import type { AuthEnv } from "./credential.ts";
import { browserToken, browserTokenRequest } from "./browser_token.ts";
import { needs, requires } from "./security.ts";
import { streamToken } from "./stream_token.ts";

/** Tokens that are made with another credential: for a page, and for the address of a stream. */
export const tokenRoutes = {
  postTokens: createRoute({
    method: "post",
    path: "/v1/tokens",
    tags: ["credentials"],
    security: needs(),
    summary: "Make a token for a page",
    description:
      "For a browser, where anybody can read it: it only reads, for your tenant and minutes, and ends with the " +
      "credential that it is made with. A server makes it for its page. It makes no other token.",
    get request() {
      return { body: jsonBody(browserTokenRequest()) };
    },
    get responses() {
      return {
        200: dataAnswer("The token", browserToken()),
        ...usualProblems,
        ...problemRefs("TooLarge", "NotConfigured"),
      };
    },
  }),
  postStreamToken: createRoute({
    method: "post",
    path: "/v1/stream/token",
    tags: ["credentials"],
    ...requires("stream"),
    summary: "Make a token for the address of a stream",
    description:
      "For browsers' `EventSource`, which can send no header: `GET /v1/stream/…?token=…`. It holds for a minute, " +
      "when the stream is opened, and for nothing else.",
    get responses() {
      return {
        200: dataAnswer("The token", streamToken()),
        ...usualProblems,
        ...problemRefs("NotConfigured"),
      };
    },
  }),
};

/** Signs tokens. */
export function serveTokens({ streamTokens, browserTokens }: Auth): Hono<AuthEnv> {
  return serve(tokenRoutes, {
    async postTokens(c, { body }) {
      c.header("cache-control", "no-store");
      return c.json({ data: await browserTokens.sign(c.var.credential, body) }, 200);
    },
    async postStreamToken(c) {
      c.header("cache-control", "no-store");
      return c.json({ data: await streamTokens.sign(c.var.credential) }, 200);
    },
  });
}
