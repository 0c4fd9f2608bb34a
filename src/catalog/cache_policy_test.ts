import assert from "node:assert/strict";
import { cachePolicy, steppedClock } from "./cache_policy.ts";

Deno.test("cachePolicy takes a time, or an object of times", () => {
  assert.deepEqual(cachePolicy().parse("6h"), { ttlMs: 21_600_000, freshMs: 1_000, staleMs: 0 });
  assert.deepEqual(cachePolicy().parse({ ttl: "1d", fresh: "5m", stale: "1h" }), {
    ttlMs: 86_400_000,
    freshMs: 300_000,
    staleMs: 3_600_000,
  });
  for (const wrong of ["", "0s", "1", "1.5h", "-1s", "1w", "31d", 60, null, {}, { ttl: "1s", fresh: "2s" }]) {
    assert.equal(cachePolicy().safeParse(wrong).success, false, JSON.stringify(wrong));
  }
});

Deno.test("steppedClock() moves once in each step, never ahead of the time, to a whole second", () => {
  const start = Date.UTC(2026, 2, 10, 12, 34, 56, 789);
  for (const freshMs of [1_000, 10_000, 3_600_000]) {
    const seen = new Set<number>();
    for (let i = 0; i < 50; i++) {
      const now = start + i * freshMs / 10;
      const at = steppedClock(new Date(now), { freshMs }, "acme\0outreach/overview").getTime();
      assert.ok(at <= now && now - at < freshMs, `${at} at ${now}`);
      assert.equal(at % 1_000, 0);
      seen.add(at);
    }
    // 50 instants of a tenth of a step each: five steps, and parts of the first and the last
    assert.ok(seen.size === 5 || seen.size === 6, `${seen.size}`);
  }
});

Deno.test("steppedClock() spreads the steps of queries and tenants", () => {
  const now = new Date("2026-03-10T12:34:56.789Z");
  const tenths = new Array(10).fill(0);
  for (let tenant = 0; tenant < 100; tenant++) {
    for (const query of ["outreach/overview", "outreach/messages", "analytics/trends", "analytics/funnels"]) {
      const at = steppedClock(now, { freshMs: 10_000 }, `tenant_${tenant}\0${query}`).getTime();
      tenths[Math.floor(at % 10_000 / 1_000)]++;
    }
  }
  // 40 each, were they spread perfectly
  for (const count of tenths) assert.ok(count > 15 && count < 75, tenths.join(" "));
});
