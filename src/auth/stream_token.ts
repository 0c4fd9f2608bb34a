import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { once } from "../base/once.ts";
import { badCredential } from "./challenge.ts";
import type { Credential } from "./credential.ts";
import { createDerivedKey } from "./derived_key.ts";
import { makingOf } from "./making.ts";

/** A token for a stream's address. */
export const streamToken = once(() => z.object({ token: z.string(), expiresAt: z.iso.datetime() }));

/** Makes and checks stream tokens. */
export interface StreamTokens {
  /** Throws Problem when the credential may make none, or there is no secret to sign with. */
  sign(credential: Credential): Promise<z.infer<ReturnType<typeof streamToken>>>;
  /** Who the token is of; their only scope is `stream`. After its minute it can still resume a stream. Throws Problem. */
  verify(token: string, isResumed: boolean): Promise<Credential>;
}

/** What they use. */
export interface StreamTokensOptions {
  secret: string | undefined;
  clock: () => Date;
}

const lifetimeSeconds = 60;
/** So long a browser may come back to the same address; sooner if the credential ends that the token was made with. */
const maxResumeSeconds = 24 * 3_600;

/**
 * Tokens for browsers' EventSource, which can send no header (WHATWG HTML, section 9.2.2): they hold for a minute, for
 * streams alone. An EventSource comes back to the same address, for which `until` holds, with an id that
 * only a stream has.
 */
export function createStreamTokens({ secret, clock }: StreamTokensOptions): StreamTokens {
  const signingKey = createDerivedKey(secret, "stream tokens");

  return {
    async sign(credential) {
      makingOf(credential);
      const { tenantId, subject, expiresAt = Infinity } = credential;
      const now = Math.floor(clock().getTime() / 1_000);
      const until = Math.min(Math.floor(expiresAt / 1_000), now + maxResumeSeconds);
      const exp = Math.min(now + lifetimeSeconds, until);
      const token = await new SignJWT({ tenant_id: tenantId, sub: subject, exp, until })
        .setProtectedHeader({ alg: "HS256", typ: "stream+jwt" }).sign(await signingKey());
      return { token, expiresAt: new Date(exp * 1_000).toISOString() };
    },
    async verify(token, isResumed) {
      const key = await signingKey();
      const now = clock().getTime() / 1_000;
      try {
        const { payload } = await jwtVerify<{ tenant_id: string; sub: string; until: number }>(token, key, {
          algorithms: ["HS256"],
          typ: "stream+jwt",
          requiredClaims: ["tenant_id", "sub", "exp", "until"],
          currentDate: clock(),
          clockTolerance: isResumed ? maxResumeSeconds : 0,
        });
        const { tenant_id: tenantId, sub: subject, exp, until } = payload;
        if (now >= until) throw new errors.JWTExpired("The credential has ended", payload);
        const credential = { tenantId, subject, scopes: ["stream"], tenants: [], expiresAt: until * 1_000 };
        return now < exp! ? credential : { ...credential, resumesOnly: true };
      } catch (error) {
        throw badCredential(
          error instanceof errors.JWTExpired
            ? "The stream token has expired: fetch another with POST /v1/stream/token"
            : "The address has no valid stream token: fetch one with POST /v1/stream/token",
          error,
        );
      }
    },
  };
}
