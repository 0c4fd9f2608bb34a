import assert from "node:assert/strict";
import { createPlannerHints } from "./planner_hints.ts";

const asked = { query: { name: "outreach/events" }, tenantId: "acme", parametersHash: 1n };

Deno.test("a request is planned plainly once it has read little, and no longer once it has read much", () => {
  const reads = createPlannerHints();
  const isPlain = (request = asked) => reads.settings(request).query_plan_optimize_lazy_materialization === 0;
  assert.equal(isPlain(), false);
  reads.note(asked, 16_384);
  assert.equal(isPlain(), true);
  reads.note(asked, 16_385);
  assert.equal(isPlain(), false);
});

Deno.test("what a request has read says nothing of another tenant's, other parameters, or another query", () => {
  const reads = createPlannerHints();
  reads.note(asked, 1);
  for (
    const other of [
      { ...asked, tenantId: "globex" },
      { ...asked, parametersHash: 2n },
      { ...asked, query: { name: "outreach/traffic" } },
    ]
  ) {
    assert.deepEqual(reads.settings(other), {});
  }
});
