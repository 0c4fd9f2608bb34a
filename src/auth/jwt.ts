import { createMiddleware } from "hono/factory";
import { errors, jwtVerify } from "jose";
import type { AppEnv } from "../app.ts";
import { Problem } from "../problem.ts";

/** Who asks. */
export interface Credential {
  tenantId: string;
  subject: string;
  scopes: string[];
}

const maxTenantBytes = 256;

/** Requires a bearer token signed with the secret (HS256 only); sets `credential`. Throws Problem. */
export function authenticate(secret: string) {
  const key = new TextEncoder().encode(secret);

  return createMiddleware<AppEnv>(async function authenticate(c, next) {
    const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
    if (!token) throw unauthenticated("Send a token: Authorization: Bearer <JWT>");
    c.set("credential", await verify(token, key));
    await next();
  });
}

async function verify(token: string, key: Uint8Array): Promise<Credential> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["HS256"],
      requiredClaims: ["exp"],
      clockTolerance: 5,
    });
    const { tenant_id: tenantId, scope = "", sub = "" } = payload;
    if (typeof tenantId !== "string" || tenantId === "") {
      throw unauthenticated('The token has no claim "tenant_id"');
    }
    // half a surrogate pair has no UTF-8: all of them would be one tenant
    const isText = tenantId.isWellFormed() && !/\p{Cc}/u.test(tenantId);
    if (!isText || new TextEncoder().encode(tenantId).length > maxTenantBytes) {
      throw unauthenticated(
        `The claim "tenant_id" must be text of at most ${maxTenantBytes} bytes and no control characters`,
      );
    }
    return {
      tenantId,
      subject: sub,
      scopes: typeof scope === "string" ? scope.split(" ").filter(Boolean) : [],
    };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw unauthenticated(reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "The token has expired";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token was signed with another key";
  if (error instanceof errors.JOSEAlgNotAllowed) return "The token must be signed with HS256";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The token's claim "${error.claim}" is missing or wrong`;
  }
  return "The token is not a valid JWT";
}

/** Source of the challenge: RFC 6750, section 3. */
function unauthenticated(detail: string, cause?: unknown): Problem {
  return new Problem(
    "unauthenticated",
    { detail, headers: { "www-authenticate": 'Bearer realm="sluice"' } },
    cause,
  );
}
