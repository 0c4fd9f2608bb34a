import assert from "node:assert/strict";
import { cachePolicy, flooredClock } from "./policy.ts";

Deno.test("cachePolicy takes a time, or an object of times", () => {
  assert.deepEqual(cachePolicy.parse("6h"), { ttlMs: 21_600_000, freshMs: 1_000, staleMs: 0 });
  assert.deepEqual(cachePolicy.parse({ ttl: "1d", fresh: "5m", stale: "1h" }), {
    ttlMs: 86_400_000,
    freshMs: 300_000,
    staleMs: 3_600_000,
  });
  for (const wrong of ["", "0s", "1", "1.5h", "-1s", "1w", "31d", 60, null, {}, { ttl: "1s", fresh: "2s" }]) {
    assert.equal(cachePolicy.safeParse(wrong).success, false, JSON.stringify(wrong));
  }
});

Deno.test("flooredClock() returns the last whole step", () => {
  const now = new Date("2026-03-10T12:34:56.789Z");
  const floored = (freshMs: number) => flooredClock(now, { freshMs }).toISOString();
  assert.equal(floored(1_000), "2026-03-10T12:34:56.000Z");
  assert.equal(floored(10_000), "2026-03-10T12:34:50.000Z");
  assert.equal(floored(3_600_000), "2026-03-10T12:00:00.000Z");
});
