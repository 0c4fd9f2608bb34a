import assert from "node:assert/strict";
import { verdict } from "./verdict.ts";

const format = { name: "format", success: true, remedy: "run deno fmt", tail: "" };
const tests = {
  name: "tests",
  success: true,
  remedy: "look",
  tail: "ok | 9 passed | 0 failed\n\n850 passed, 0 failed\n",
};

Deno.test("verdict() says that all is well, and how many tests passed", () => {
  assert.equal(verdict([format, tests]), "ok, 850 passed");
});

Deno.test("verdict() says which step was left out", () => {
  assert.equal(verdict([format], "tests"), "ok, without tests");
});

Deno.test("verdict() names each step that failed and what to do, whatever came after it", () => {
  const bad = { ...format, success: false };
  assert.equal(verdict([bad, tests]), "FAILED: format (run deno fmt)");
  const broken = { ...tests, success: false, tail: "848 passed, 2 failed\n" };
  assert.equal(verdict([bad, broken]), "FAILED: format (run deno fmt), tests (2 failed; look)");
  assert.equal(
    verdict([format, { ...tests, success: false, tail: "no such file\n" }]),
    "FAILED: tests (look)",
  );
});
