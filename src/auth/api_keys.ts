import { createSingleFlight } from "../base/async/single_flight.ts";
import { ClickHouseError, ClickHouseUnreachable, problemOf } from "../clickhouse/exception.ts";
import { Problem } from "../base/problem.ts";
import { badCredential } from "./challenge.ts";
import { type Credential, keySubject } from "./credential.ts";
import { createRemembered } from "./remembered.ts";
import { hashKey, isKey } from "./api_key.ts";
import type { ApiKey, ApiKeyStore } from "./api_key_store.ts";

/** What checking API keys uses. */
export interface ApiKeysOptions {
  store: ApiKeyStore;
  clock: () => Date;
}

/** Checks API keys. */
export interface ApiKeys {
  /** Who the key is of. Throws a Problem when nobody, or when ClickHouse cannot tell. */
  verify(key: string): Promise<Credential>;
  /** Forgets what was read, since a key was revoked here. */
  forget(): void;
}

interface Known {
  credential: Credential;
  expiresAt: number | null;
  readAt: number;
  isRefreshing: boolean;
}

/** So long what was read holds without asking again: the time in which a revocation reaches every gateway. */
const freshMs = 3_000;
/** From this age on a key in use is read again in the background, so that its requests never wait for that. */
const refreshMs = 1_500;
/** So long a key goes on while ClickHouse is away. */
const outageMs = 60_000;
/** After a failure ClickHouse is not asked for so long. */
const pauseMs = 1_000;
const timeoutMs = 2_000;
/** Unknown keys that may wait for their turn; more are an attack. */
const maxWaiting = 1_000;
const maxRememberedBytes = 4_000_000;

/**
 * Checks API keys by their hashes in ClickHouse, one statement at a time for all keys that wait meanwhile: a caller who sends
 * wrong keys in any number keeps ClickHouse no busier. Keys and wrong keys are remembered apart, for the same reason.
 */
export function createApiKeys({ store, clock }: ApiKeysOptions): ApiKeys {
  const known = createRemembered<Known>(maxRememberedBytes);
  const unknown = createRemembered<number>(maxRememberedBytes);
  let waiting = new Set<string>();
  let failure: { error: unknown; at: number } | undefined;

  const now = () => clock().getTime();
  // a clock that was set back makes everything old
  const isWithin = (ms: number, since: number) => now() >= since && now() - since < ms;

  async function readWaiting(): Promise<Map<string, Known>> {
    const keys = [...waiting];
    waiting = new Set();
    const readAt = now();
    if (failure && isWithin(pauseMs, failure.at)) throw failure.error;
    const hashes = await Promise.all(keys.map(hashKey));
    const signal = AbortSignal.timeout(timeoutMs);
    let found: Map<string, ApiKey>;
    try {
      found = await store.find(hashes, signal);
    } catch (error) {
      const cause = signal.aborted
        ? new ClickHouseUnreachable("ClickHouse did not answer in time", { cause: error })
        : error;
      failure = { error: cause, at: now() };
      throw cause;
    }
    failure = undefined;
    return new Map(keys.flatMap((key, i) => {
      const read = remember(key, found.get(hashes[i]), readAt);
      return read ? [[key, read]] : [];
    }));
  }

  function remember(key: string, found: ApiKey | undefined, readAt: number): Known | undefined {
    if (!found) {
      known.delete(key);
      unknown.set(key, readAt);
      return;
    }
    const { id, tenantId, scopes, expiresAt } = found;
    const end = expiresAt === null ? {} : { expiresAt };
    const credential = { tenantId, subject: keySubject + id, scopes, tenants: [], ...end };
    const read = { credential, expiresAt, readAt, isRefreshing: false };
    known.set(key, read);
    return read;
  }

  const readInTurn = createSingleFlight(readWaiting, 0, () => 0, () => Promise.resolve());

  /** Reads a key in the next turn. */
  async function ask(key: string): Promise<Known | undefined> {
    if (waiting.size >= maxWaiting) throw new Problem("overloaded", { retryAfterSeconds: 1 });
    waiting.add(key);
    return (await readInTurn()).get(key);
  }

  /** Reads a key again in the background; a failure shows when it is no longer fresh. */
  function refresh(key: string, before: Known): void {
    if (before.isRefreshing) return;
    before.isRefreshing = true;
    ask(key).catch(() => {}).finally(() => before.isRefreshing = false);
  }

  async function find(key: string): Promise<Known | undefined> {
    const before = known.get(key);
    if (before && isWithin(freshMs, before.readAt)) {
      if (!isWithin(refreshMs, before.readAt)) refresh(key, before);
      return before;
    }
    const unknownSince = unknown.get(key);
    if (unknownSince !== undefined && isWithin(freshMs, unknownSince)) return;
    try {
      return await ask(key);
    } catch (error) {
      if (before && isWithin(outageMs, before.readAt) && isOutage(error)) return before;
      throw error;
    }
  }

  return {
    async verify(key) {
      const found = isKey(key) ? await find(key) : undefined;
      if (!found) throw badCredential("There is no such API key, or it was revoked");
      if (found.expiresAt !== null && now() >= found.expiresAt) {
        throw badCredential("The API key has expired");
      }
      return found.credential;
    },
    forget: () => known.clear(),
  };
}

function isOutage(error: unknown): boolean {
  return error instanceof ClickHouseUnreachable || error instanceof Problem ||
    error instanceof ClickHouseError && problemOf(error).status === 503;
}
