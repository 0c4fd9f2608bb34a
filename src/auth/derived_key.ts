import { Problem } from "../base/problem.ts";

/**
 * A key of its own for tokens that the gateway makes, derived from the secret: neither can they be taken for other tokens nor
 * those for them. The function throws Problem where there is no secret.
 */
export function createDerivedKey(
  secret: string | undefined,
  purpose: string,
): () => Promise<Uint8Array<ArrayBuffer>> {
  let key: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return function derivedKey() {
    if (secret === undefined) {
      throw new Problem("not-configured", { detail: `There are no ${purpose} without AUTH_JWT_SECRET` });
    }
    return key ??= deriveKey(secret, `${purpose} of Sluice`);
  };
}

async function deriveKey(secret: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(secret), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(purpose)));
}
