import { createIdempotency } from "../http/idempotency/claims.ts";
import { createFingerprint, uuidOf } from "../http/idempotency/fingerprint.ts";
import type { Bound } from "./bound.ts";
import type { Query } from "../catalog/query.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { Problem } from "../base/problem.ts";
import type { Written } from "./write.ts";

/** Who asks for what, with the value of `Idempotency-Key`, if there is one. */
export interface KeyedWrite {
  query: Query;
  bound: Bound;
  tenantId: string;
  key: string | undefined;
}

/** Does a write once for each key: a repetition gets the first answer. Throws Problem for other parameters. */
export type Once = (
  write: KeyedWrite,
  work: (newId: string) => Promise<Written>,
) => Promise<Written>;

/** Remembers keys for as long as those of events: a day, in ClickHouse. */
export function createOnce(clickHouse: ClickHouse): Once {
  const idempotency = createIdempotency(clickHouse);

  return async function once({ query, bound, tenantId, key }, work) {
    if (key === undefined) return await work(crypto.randomUUID());
    // no stream has a slash in its name
    const keyed = { tenantId, stream: `write/${query.name}`, key };
    const fingerprint = await fingerprintOf(bound);
    const known = await idempotency.find(keyed);
    if (known?.answer !== undefined) {
      if (known.fingerprint !== fingerprint) throw new Problem("idempotency-mismatch");
      return JSON.parse(known.answer);
    }
    const claim = await idempotency.claim(keyed);
    try {
      // the same id when the first answer was lost
      const written = await work(await uuidOf(tenantId, query.name, key, fingerprint));
      await claim.finish(fingerprint, JSON.stringify(written));
      return written;
    } catch (error) {
      await claim.release();
      throw error;
    }
  };
}

async function fingerprintOf({ parameters }: Bound): Promise<string> {
  const sorted = Object.entries(parameters).toSorted(([a], [b]) => a < b ? -1 : 1);
  const hasher = createFingerprint();
  await hasher.add(new TextEncoder().encode(JSON.stringify(sorted)));
  return await hasher.end();
}
