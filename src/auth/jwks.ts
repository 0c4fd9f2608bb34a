import { createLocalJWKSet, errors, type FlattenedJWSInput, type JWSHeaderParameters } from "jose";
import type { Log } from "../base/log.ts";
import { Problem } from "../base/problem.ts";

/** What a key set uses. */
export interface KeySetOptions {
  url: string;
  clock: () => Date;
  log: Log;
}

/** The public keys of the signer of tokens. */
export interface KeySet {
  /** The key that a token names. Throws JWKSNoMatchingKey, or a Problem when the keys cannot be had. */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>;
  /** Rises when the set changes: what was verified before may have been signed with a key that is gone. */
  version(): number;
  state(): KeySetState;
}

/** How the keys of a set came, the last time. */
export interface KeySetState {
  /** When they were fetched, in milliseconds since 1970; undefined when they never were. */
  fetchedAt: number | undefined;
  isFailing: boolean;
}

/** Older keys are fetched again, in the background. */
const maxAgeMs = 600_000;
/** So long after an attempt, an unknown key does not lead to the next. */
const cooldownMs = 60_000;
/** The same, as long as there are no keys at all. */
const firstCooldownMs = 1_000;
const timeoutMs = 5_000;
const maxBytes = 262_144;

/**
 * The keys at an address (RFC 7517), fetched when they are first needed. While the address does not answer, the last
 * ones go on. jose's createRemoteJWKSet would refuse all tokens then, and waits only after fetches that succeeded.
 */
export function createKeySet({ url, clock, log }: KeySetOptions): KeySet {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let text = "";
  let version = 0;
  let fetchedAt = -Infinity;
  let attemptedAt = -Infinity;
  let isFailing = false;
  let refreshing: Promise<void> | undefined;

  async function fetchKeys(now: number): Promise<void> {
    attemptedAt = now;
    try {
      const fetched = await fetchKeySet(url);
      if (fetched !== text) {
        keys = readKeySet(fetched);
        text = fetched;
        version++;
      }
      fetchedAt = now;
      if (isFailing) log({ level: "info", message: "The keys of AUTH_JWKS_URL can be fetched again" });
      isFailing = false;
    } catch (error) {
      if (!isFailing) {
        const message = "The keys of AUTH_JWKS_URL cannot be fetched; those that are known go on";
        log({ level: "warn", message, cause: (error as Error).message });
      }
      isFailing = true;
    }
  }

  /** Fetches the keys unless that was tried just now; returns undefined then. Never rejects. */
  function refresh(now: number): Promise<void> | undefined {
    const sinceMs = now - attemptedAt;
    if (!refreshing && sinceMs < (keys ? cooldownMs : firstCooldownMs)) return;
    return refreshing ??= fetchKeys(now).finally(() => refreshing = undefined);
  }

  return {
    async find(header, token) {
      const now = clock().getTime();
      if (!keys) await refresh(now);
      if (!keys) throw notReachable();
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const before = version;
        await refresh(now);
        if (version !== before) return await keys(header, token);
        // nobody knows whether the key is a new one
        if (isFailing) throw notReachable();
        throw error;
      }
    },
    version() {
      const now = clock().getTime();
      if (keys && now - fetchedAt > maxAgeMs) refresh(now);
      return version;
    },
    state: () => ({ fetchedAt: keys && fetchedAt, isFailing }),
  };
}

function notReachable(): Problem {
  return new Problem("unavailable", {
    detail: "The token cannot be checked: the keys of the signer of tokens are not reachable",
    retryAfterSeconds: 1,
  });
}

/** The text at the address. Throws an Error whose message tells nothing of the address. */
async function fetchKeySet(url: string): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  let response: Response;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  try {
    response = await fetch(url, { signal, redirect: "manual", headers: { accept: "application/json" } });
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
    if (size > maxBytes) throw new RangeError(`The answer has more than ${maxBytes} bytes`);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Error(
      signal.aborted ? `There was no answer in ${timeoutMs} ms` : "The address is not reachable",
    );
  }
  if (response.status !== 200) throw new Error(`The answer has the status ${response.status}`);
  return await new Blob(chunks).text();
}

function readKeySet(text: string) {
  let set;
  try {
    set = JSON.parse(text);
  } catch {
    throw new Error("The answer is not JSON");
  }
  const keys = createLocalJWKSet(set);
  if (set.keys.length === 0) throw new Error("The answer has no key");
  return keys;
}
