import { z } from "zod";
import { count } from "./checks.ts";

/** What is kept of answers, here and in a CDN. */
export const cacheVariables = {
  CACHE_MAX_BYTES: count.default(268_435_456).describe(
    "Bytes that cached answers take together at most in each gateway; 0 caches none",
  ),
  CDN_PURGE_URL: z.url({ protocol: /^https?$/ }).optional().describe(
    "Address that has a CDN forget answers; with it, CDNs are let keep them",
  ),
  CDN_PURGE_TOKEN: z.string().min(1).optional().describe("Token that is sent there"),
  CDN_PURGE_STYLE: z.enum(["cloudflare", "fastly"]).default("cloudflare").describe(
    'What is sent there: `{"tags": […]}` with the token as a bearer\'s, or `{"surrogate_keys": […]}` with the token as `Fastly-Key`',
  ),
  CDN_MAX_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300).describe(
    "Longest time for which a CDN may keep an answer whose tables do not change",
  ),
} satisfies Record<string, z.ZodType>;
