import { z } from "zod";
import { once } from "../base/once.ts";
import { fnv1a } from "../base/bytes/fnv1a.ts";

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const maxMs = 30 * unitMs.d;
const defaultFreshMs = 1_000;

/** A length of time such as `10s`, `5m`, `6h` or `1d`, in milliseconds. */
export const duration = once(() =>
  z.string().regex(/^[1-9]\d{0,6}[smhd]$/, "must be a time such as 10s, 5m, 6h or 1d")
    .transform((text) => Number(text.slice(0, -1)) * unitMs[text.slice(-1) as keyof typeof unitMs])
    .refine((ms) => ms <= maxMs, "must be at most 30d")
);

/** How long answers of a query are kept, in milliseconds. */
export interface CachePolicy {
  /** Longest time that an answer is served while the tables it came from do not change. */
  ttlMs: number;
  /** Time that an answer is served whatever changes, and the step of the query's clock. */
  freshMs: number;
  /** Time that an outdated answer is still served while a new one is made. */
  staleMs: number;
}

/** The front matter's key `cache`: an object with `ttl` and more, or `ttl` alone. */
export const cachePolicy = once(() =>
  z.preprocess(
    (value) => typeof value === "object" ? value : { ttl: value },
    z.strictObject({
      ttl: duration().describe(
        "Longest time an answer is served while the tables it came from do not change",
      ),
      fresh: duration().optional().describe(
        "Time that an answer is served whatever changes, and the step of `{now}`; `1s` by default",
      ),
      stale: duration().optional().describe(
        "Time that an outdated answer still goes out at once while a new one is made in the background; none by default",
      ),
    }).transform(({ ttl, fresh, stale }): CachePolicy => ({
      ttlMs: ttl,
      freshMs: fresh ?? Math.min(defaultFreshMs, ttl),
      staleMs: stale ?? 0,
    })).refine(({ ttlMs, freshMs }) => freshMs <= ttlMs, { path: ["fresh"], message: "is longer than ttl" }),
  )
);

const secondMs = 1_000;

/**
 * The instant that a query sees as its clock: it moves in steps of `freshMs`. Those of each `owner` (a query of a tenant)
 * come at a second of their own, the same on every gateway: otherwise all answers would be outdated at the same instant, and be
 * computed at once.
 */
export function steppedClock(now: Date, { freshMs }: Pick<CachePolicy, "freshMs">, owner: string): Date {
  const phaseMs = spread(fnv1a(owner)) % Math.max(1, Math.floor(freshMs / secondMs)) * secondMs;
  return new Date(Math.floor((now.getTime() - phaseMs) / freshMs) * freshMs + phaseMs);
}

/** The upper bits of a hash, mixed into the lower ones: those of alike texts are alike. */
function spread(hash: number): number {
  return (hash ^ hash >>> 15) >>> 0;
}
