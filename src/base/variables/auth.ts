import { z } from "zod";

/** Whose tokens are taken, and from which origins. */
export const authVariables = {
  AUTH_JWT_SECRET: z.string().min(32, "must have at least 32 characters").optional().describe(
    "Secret that signs tokens (HS256), and stream tokens, at least 32 characters; `dev` makes one and keeps it in the data folder",
  ),
  AUTH_JWKS_URL: z.url({ protocol: /^https?$/ }).optional().describe(
    "Address of the public keys of tokens signed with RS256, ES256 or EdDSA; this or the secret is needed",
  ),
  AUTH_ISSUER: z.string().optional().describe("Claim `iss` that tokens must have; any if it is not set"),
  AUTH_AUDIENCE: z.string().optional().describe("Claim `aud` that tokens must have; any if it is not set"),
  AUTH_CLOCK_TOLERANCE_SECONDS: z.coerce.number().min(0).max(600).default(5).describe(
    "How far the clocks of the gateway and of the signer of tokens may be apart, in seconds",
  ),
  AUTH_TENANT_CLAIM: z.string().default("tenant_id").describe("Claim that names the token's tenant"),
  ALLOWED_ORIGINS: z.string().default("").describe(
    "Origins that browsers may call from, exact and separated by commas, such as `https://app.example.com`; " +
      "`localhost` is every port of this machine, which `dev` allows by default",
  ),
} satisfies Record<string, z.ZodType>;
