import { SignJWT } from "jose";

/** What a token says, and for how long. */
export interface TokenClaims {
  tenantId: string;
  scope: string;
  subject?: string;
  /** Such as `12h`, or an instant in seconds since 1970. */
  expires: string | number;
}

/** A token that `authenticate` takes, signed HS256: for development and tests. */
export async function signToken(
  secret: string,
  { tenantId, scope, subject, expires }: TokenClaims,
): Promise<string> {
  const token = new SignJWT({ tenant_id: tenantId, scope }).setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt().setExpirationTime(expires);
  if (subject) token.setSubject(subject);
  return await token.sign(new TextEncoder().encode(secret));
}
