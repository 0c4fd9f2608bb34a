import assert from "node:assert/strict";
import { verdictOf } from "./verdict.ts";

const strict = { minimumRows: 1, threshold: 0 };

Deno.test("zero rows examined is a failure, whatever is allowed", () => {
  for (const rule of [strict, { minimumRows: 1, threshold: 0.9 }]) {
    assert.deepEqual(verdictOf(rule, { examined: 0, failed: 0 }), {
      passed: false,
      score: 0,
      reason: "No rows were examined",
    });
  }
});

Deno.test("fewer rows than minimumRows are a failure of score 0, also when none is at fault", () => {
  const rule = { minimumRows: 3, threshold: 0 };
  assert.deepEqual(verdictOf(rule, { examined: 2, failed: 0 }), {
    passed: false,
    score: 0,
    reason: "Only 2 rows were examined, of 3 at least",
  });
  assert.deepEqual(
    verdictOf(rule, { examined: 1, failed: 0 }).reason,
    "Only 1 row was examined, of 3 at least",
  );
  assert.deepEqual(verdictOf(rule, { examined: 3, failed: 0 }), { passed: true, score: 100, reason: "" });
});

Deno.test("the share at fault may be the threshold, and no more", () => {
  const rule = { minimumRows: 1, threshold: 0.05 };
  assert.deepEqual(verdictOf(rule, { examined: 20, failed: 1 }), { passed: true, score: 95, reason: "" });
  assert.deepEqual(verdictOf(rule, { examined: 1_000, failed: 51 }), {
    passed: false,
    score: 94.9,
    reason: "51 rows are at fault, of 1000 examined, more than 5 %",
  });
});

Deno.test("a single row at fault of many is never a score of 100, and more at fault than examined is 0", () => {
  assert.deepEqual(verdictOf(strict, { examined: 1_000_000, failed: 1 }), {
    passed: false,
    score: 99.99,
    reason: "1 row is at fault, of 1000000 examined",
  });
  assert.deepEqual(verdictOf(strict, { examined: 2, failed: 7 }).score, 0);
});
