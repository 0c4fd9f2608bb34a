import assert from "node:assert/strict";
import { createRemembered } from "./remembered.ts";

Deno.test("createRemembered() forgets the oldest entries when it holds too much", () => {
  const remembered = createRemembered<number>(100_000);
  for (let i = 0; i < 10_000; i++) remembered.set(`token ${i}`, i);
  const held = Array.from({ length: 10_000 }, (_, i) => remembered.get(`token ${i}`)).filter((value) =>
    value !== undefined
  );
  assert.ok(held.length > 300 && held.length < 400, `${held.length} entries`);
  assert.deepEqual(held, Array.from({ length: held.length }, (_, i) => 10_000 - held.length + i));
});

Deno.test("createRemembered() counts an entry once however often it is set, and what is deleted not at all", () => {
  const remembered = createRemembered<number>(1_000);
  remembered.set("first", 1);
  for (let i = 0; i < 1_000; i++) remembered.set("second", i);
  for (let i = 0; i < 1_000; i++) {
    remembered.set("third", i);
    remembered.delete("third");
    remembered.delete("never there");
  }
  assert.deepEqual([remembered.get("first"), remembered.get("second")], [1, 999]);
  remembered.clear();
  assert.equal(remembered.get("first"), undefined);
});

Deno.test("createRemembered() does not hold what is too long for it", () => {
  const remembered = createRemembered<number>(1_000);
  remembered.set("x".repeat(1_001), 1);
  assert.equal(remembered.get("x".repeat(1_001)), undefined);
});
