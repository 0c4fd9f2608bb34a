import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from "jose";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { Problem } from "../base/problem.ts";
import { badCredential } from "./challenge.ts";
import { type Credential, keySubject, tenantIdFault } from "./credential.ts";
import { createKeySet, type KeySetState } from "./jwks.ts";
import { createRemembered } from "./remembered.ts";

/** The variables that say which tokens hold. */
export type TokenConfig = Pick<
  Config,
  | "AUTH_JWT_SECRET"
  | "AUTH_JWKS_URL"
  | "AUTH_ISSUER"
  | "AUTH_AUDIENCE"
  | "AUTH_CLOCK_TOLERANCE_SECONDS"
  | "AUTH_TENANT_CLAIM"
>;

/** What checking tokens uses. */
export interface TokensOptions {
  config: TokenConfig;
  clock: () => Date;
  log: Log;
}

/** Checks tokens. */
export interface Tokens {
  /** Who the token is of; at once when it was verified before. Throws Problem. */
  verify(token: string): Credential | Promise<Credential>;
  /** How the published keys came; undefined where no address of keys is set. */
  keySetState(): KeySetState | undefined;
}

interface Verified {
  credential: Credential;
  expiresAt: number;
  keysVersion: number;
}

const secretAlgorithm = "HS256";
const keySetAlgorithms = ["RS256", "ES256", "EdDSA"];
/** About 20,000 tokens of 500 bytes. */
const maxRememberedBytes = 16_000_000;

/**
 * Checks JWTs: HS256 by the secret, RS256, ES256 and EdDSA by the keys at the JWKS address. The configuration alone
 * decides which algorithms are taken, and the algorithm which key: a public key is never taken for a secret. A token
 * that was verified is remembered until it expires or the keys change; a wrong one is not.
 */
export function createTokens({ config, clock, log }: TokensOptions): Tokens {
  const { AUTH_JWT_SECRET: secret, AUTH_JWKS_URL: url, AUTH_TENANT_CLAIM: tenantClaim } = config;
  const secretKey = secret ? new TextEncoder().encode(secret) : undefined;
  const keySet = url ? createKeySet({ url, clock, log }) : undefined;
  const algorithms = [...secretKey ? [secretAlgorithm] : [], ...keySet ? keySetAlgorithms : []];
  const remembered = createRemembered<Verified>(maxRememberedBytes);
  const options: JWTVerifyOptions = {
    algorithms,
    requiredClaims: ["exp"],
    clockTolerance: config.AUTH_CLOCK_TOLERANCE_SECONDS,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
  };

  const findKey: JWTVerifyGetKey = (header, token) => {
    const key = header.alg === secretAlgorithm ? secretKey : keySet?.find(header, token);
    if (!key) throw new errors.JOSEAlgNotAllowed();
    return key;
  };

  async function verifyNew(token: string, now: Date, keysVersion: number): Promise<Credential> {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, findKey, { ...options, currentDate: now }));
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw badCredential(reasonOf(error, algorithms), error);
    }
    // jose compares whole seconds
    const expiresAt = Math.ceil(payload.exp! + config.AUTH_CLOCK_TOLERANCE_SECONDS) * 1_000;
    const credential = { ...credentialOf(payload, tenantClaim), expiresAt };
    remembered.set(token, { credential, expiresAt, keysVersion });
    return credential;
  }

  return {
    keySetState: () => keySet?.state(),

    verify(token) {
      const known = remembered.get(token);
      const [now, keysVersion] = [clock(), keySet?.version() ?? 0];
      if (known && known.keysVersion === keysVersion && now.getTime() < known.expiresAt) {
        return known.credential;
      }
      remembered.delete(token);
      return verifyNew(token, now, keysVersion);
    },
  };
}

/** What the claims say. Throws Problem. */
function credentialOf(payload: JWTPayload, tenantClaim: string): Credential {
  const { scope, sub: subject = "", tenants = [] } = payload;
  const tenantId = Object.hasOwn(payload, tenantClaim) ? payload[tenantClaim] : undefined;
  if (typeof tenantId !== "string" || tenantId === "") {
    throw badCredential(`The token has no claim "${tenantClaim}"`);
  }
  const fault = tenantIdFault(tenantId);
  if (fault) throw badCredential(`The token's claim "${tenantClaim}" ${fault}`);
  const isTenants = Array.isArray(tenants) &&
    tenants.every((tenant) => typeof tenant === "string" && !tenantIdFault(tenant));
  if (!isTenants) throw badCredential('The token\'s claim "tenants" must be a list of tenants');
  if (typeof subject !== "string" || subject.startsWith(keySubject)) {
    throw badCredential(`The token's claim "sub" must be text that does not begin with "${keySubject}"`);
  }
  const scopes = typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
  return { tenantId, subject, scopes, tenants };
}

function reasonOf(error: unknown, algorithms: string[]): string {
  if (error instanceof errors.JWTExpired) return "The token has expired";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token was signed with another key";
  if (error instanceof errors.JWKSNoMatchingKey) return "The token was signed with an unknown key";
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'The token must name the key that it was signed with, in its header "kid"';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return `The token must be signed with ${algorithms.join(", ").replace(/, (?=\w+$)/, " or ")}`;
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The token's claim "${error.claim}" is missing or wrong`;
  }
  // such as an RSA key that is too short
  if (!(error instanceof errors.JOSEError)) return "The key that the token was signed with cannot be used";
  return "The token is not a valid JWT";
}
