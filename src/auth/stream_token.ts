import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { Problem } from "../base/problem.ts";
import { badCredential } from "./challenge.ts";
import type { Credential } from "./credential.ts";

/** A token for a stream's address. */
export const streamToken = z.object({ token: z.string(), expiresAt: z.iso.datetime() });

/** Makes and checks stream tokens. */
export interface StreamTokens {
  /** Throws Problem when there is no secret to sign with. */
  sign(credential: Credential): Promise<z.infer<typeof streamToken>>;
  /** Who the token is of; their only scope is `stream`. Throws Problem. */
  verify(token: string): Promise<Credential>;
}

/** What they use. */
export interface StreamTokensOptions {
  secret: string | undefined;
  clock: () => Date;
}

const lifetimeSeconds = 60;

/**
 * Tokens for browsers' EventSource, which can send no header (WHATWG HTML, section 9.2.2): they hold for a minute, for
 * streams alone. They are signed with a key of their own, derived from the secret, so that neither they can be taken
 * for other tokens nor those for them.
 */
export function createStreamTokens({ secret, clock }: StreamTokensOptions): StreamTokens {
  let key: Promise<Uint8Array<ArrayBuffer>> | undefined;

  function signingKey(): Promise<Uint8Array<ArrayBuffer>> {
    if (secret === undefined) {
      throw new Problem("not-configured", { detail: "There are no stream tokens without AUTH_JWT_SECRET" });
    }
    return key ??= deriveKey(secret);
  }

  return {
    async sign({ tenantId, subject }) {
      const exp = Math.floor(clock().getTime() / 1_000) + lifetimeSeconds;
      const token = await new SignJWT({ tenant_id: tenantId, sub: subject, exp })
        .setProtectedHeader({ alg: "HS256", typ: "stream+jwt" }).sign(await signingKey());
      return { token, expiresAt: new Date(exp * 1_000).toISOString() };
    },
    async verify(token) {
      const key = await signingKey();
      const currentDate = clock();
      try {
        const { payload } = await jwtVerify<{ tenant_id: string; sub: string }>(token, key, {
          algorithms: ["HS256"],
          typ: "stream+jwt",
          requiredClaims: ["tenant_id", "sub", "exp"],
          currentDate,
        });
        return { tenantId: payload.tenant_id, subject: payload.sub, scopes: ["stream"], tenants: [] };
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

async function deriveKey(secret: string): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(secret), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode("stream tokens of Sluice")));
}
