import assert from "node:assert/strict";
import { keptInspections } from "./kept_inspections.ts";

Deno.test("kept inspections are read again, but not those that other code has written", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice-test-" });
  try {
    const file = `${folder}/inspections.json`;
    assert.equal(await keptInspections(file).read(), undefined);
    await keptInspections(file).write('{"a":\n1}');
    assert.equal(await keptInspections(file).read(), '{"a":\n1}');

    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace(/^./, (digit) => digit === "0" ? "1" : "0"));
    assert.equal(await keptInspections(file).read(), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
