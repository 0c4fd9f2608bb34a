import { SignJWT } from "jose";
import { z } from "zod";
import type { Config } from "../base/config.ts";
import { once } from "../base/once.ts";
import { forbidden } from "./challenge.ts";
import type { Credential, Making } from "./credential.ts";
import { createDerivedKey } from "./derived_key.ts";
import { makingOf } from "./making.ts";
import { hasScope } from "./scope.ts";

const maxMinutes = 60;

/** The body of `POST /v1/tokens`. */
export const browserTokenRequest = once(() =>
  z.strictObject({
    scopes: z.array(
      z.string().regex(
        /^(query(:[a-z][a-z0-9_-]*)?|stream)$/,
        "must be query, query:<domain> or stream: a browser's token only reads",
      ),
      "must be a list of scopes",
    ).min(1, "must name a scope").max(20, "must have at most 20 scopes")
      .describe("What the token allows: nothing that the caller may not"),
    minutes: z.int("must be an integer").min(1, "must be at least 1").max(
      maxMinutes,
      `must be at most ${maxMinutes}`,
    )
      .default(15).describe("How long it holds, but no longer than the credential that it is made with"),
  }, "must be a JSON object")
);

/** A token for a page. */
export const browserToken = once(() =>
  z.object({
    token: z.string(),
    scopes: z.array(z.string()),
    expiresAt: z.iso.datetime(),
  })
);

/** What the header of these tokens says they are, which decides the key that they are checked with. */
export const browserTokenType = "browser+jwt";

/** The variables that decide about these tokens. */
type BrowserTokenConfig = Pick<
  Config,
  "AUTH_JWT_SECRET" | "AUTH_TENANT_CLAIM" | "AUTH_ISSUER" | "AUTH_AUDIENCE"
>;

/** The claim that tells who made such a token. */
export interface MadeBy extends Pick<Making, "signedBy"> {
  subject: string;
}

/** Makes browser tokens. */
export interface BrowserTokens {
  /** Throws Problem when the credential may not make such a token. */
  sign(
    credential: Credential,
    wanted: z.output<ReturnType<typeof browserTokenRequest>>,
  ): Promise<z.infer<ReturnType<typeof browserToken>>>;
}

/** The key that these tokens are signed with; the function throws Problem where there is no secret. */
export function browserTokenKey(
  { AUTH_JWT_SECRET: secret }: BrowserTokenConfig,
): () => Promise<Uint8Array<ArrayBuffer>> {
  return createDerivedKey(secret, "browser tokens");
}

/**
 * Tokens for pages, where anybody can read them: they only read, for one tenant, for minutes, and end with the credential that
 * they were made with. They make no others.
 */
export function createBrowserTokens(
  { config, clock }: { config: BrowserTokenConfig; clock: () => Date },
): BrowserTokens {
  const { AUTH_TENANT_CLAIM: tenantClaim, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = config;
  const key = browserTokenKey(config);
  return {
    async sign(credential, { scopes, minutes }) {
      const { expiresAt, signedBy } = makingOf(credential);
      for (const scope of scopes) {
        const anyOf = scope.startsWith("query") ? ["query", scope] : [scope];
        if (!hasScope(credential, anyOf)) throw forbidden([scope]);
      }
      const end = clock().getTime() + minutes * 60_000;
      const exp = Math.floor(Math.min(end, expiresAt ?? end) / 1_000);
      const { tenantId, subject } = credential;
      const madeBy: MadeBy = { subject, signedBy };
      const token = new SignJWT({ [tenantClaim]: tenantId, scope: scopes.join(" "), madeBy })
        .setProtectedHeader({ alg: "HS256", typ: browserTokenType }).setExpirationTime(exp);
      if (issuer) token.setIssuer(issuer);
      if (audience) token.setAudience(audience);
      return { token: await token.sign(await key()), scopes, expiresAt: new Date(exp * 1_000).toISOString() };
    },
  };
}
