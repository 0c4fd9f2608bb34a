import { SignJWT } from "jose";
import type { TokenConfig } from "./jwt.ts";

/** What a token says, and for how long. */
export interface TokenClaims {
  tenantId: string;
  scope: string;
  /** Further tenants, which `tenants:compare` allows to set beside it. */
  tenants?: string[];
  subject?: string;
  /** Such as `12h`, or an instant in seconds since 1970. */
  expires: string | number;
}

/** A token that the gateway takes, signed HS256: for development and tests. */
export async function signToken(
  secret: string,
  { tenantId, scope, tenants, subject, expires }: TokenClaims,
  config: Partial<TokenConfig> = {},
): Promise<string> {
  const { AUTH_TENANT_CLAIM: tenantClaim = "tenant_id", AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } =
    config;
  const token = new SignJWT({ [tenantClaim]: tenantId, scope, tenants })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" }).setIssuedAt().setExpirationTime(expires);
  if (subject) token.setSubject(subject);
  if (issuer) token.setIssuer(issuer);
  if (audience) token.setAudience(audience);
  return await token.sign(new TextEncoder().encode(secret));
}
