import assert from "node:assert/strict";
import { isInstalled } from "../installed.ts";
import { runProgram } from "../program.ts";

// The alert rules of quality checks, as Prometheus's own tool takes and tries them.

Deno.test("Prometheus takes the alert rules, and they alert of what tests/quality/alerts.yml says", async () => {
  if (!await isInstalled("promtool")) return;
  const promtool = (...args: string[]) => runProgram("promtool", args);
  const checked = await promtool("check", "rules", "deploy/prometheus/quality.rules.yml");
  assert.equal(checked.code, 0, checked.printed);
  const tried = await promtool("test", "rules", "tests/quality/alerts.yml");
  assert.equal(tried.code, 0, tried.printed);
});
