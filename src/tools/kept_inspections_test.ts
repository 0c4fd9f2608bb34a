import assert from "node:assert/strict";
import { keptInspections } from "./kept_inspections.ts";

async function withCache(test: (cache: string) => Promise<void>): Promise<void> {
  const cache = await Deno.makeTempDir({ prefix: "sluice-test-" });
  try {
    await test(cache);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

Deno.test("kept inspections are read again under the same fingerprint only, and a few of them are kept", async () => {
  await withCache(async (cache) => {
    assert.equal(await keptInspections(cache).read("A1"), undefined);
    await keptInspections(cache).write("A1", "[1]");
    await keptInspections(cache).write("A2", "[2]");
    assert.equal(await keptInspections(cache).read("A1"), "[1]");
    assert.equal(await keptInspections(cache).read("A2"), "[2]");
    for (let count = 0; count < 20; count++) await keptInspections(cache).write(`B${count}`, "[]");
    assert.equal((await Array.fromAsync(Deno.readDir(`${cache}/inspections`))).length, 16);
  });
});

Deno.test("where inspections cannot be kept, none are, and nothing fails", async () => {
  await withCache(async (cache) => {
    await Deno.writeTextFile(`${cache}/inspections`, "a file in place of a folder");
    await keptInspections(cache).write("A1", "[1]");
    assert.equal(await keptInspections(cache).read("A1"), undefined);
  });
});
