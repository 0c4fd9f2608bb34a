import assert from "node:assert/strict";
import fc from "fast-check";
import { formats } from "./parameter_format.ts";

Deno.test("a format's pattern matches all that the format takes", () => {
  const parts = [
    "2026",
    "03",
    "05",
    "-",
    "T",
    "t",
    "Z",
    "z",
    ":",
    "10",
    "+",
    ".",
    "5",
    " ",
    "Europe",
    "/",
    "Berlin",
    "Etc/GMT+5",
  ];
  const seeds = [
    "2026-03-05",
    "2026-03-05T10:00Z",
    "2026-03-05t10:00:00,5+0530",
    "america/port-au-prince",
    "UTC",
    "GB-Eire",
  ];
  const text = fc.oneof(
    fc.constantFrom(...seeds),
    fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((list) => list.join("")),
    fc.string(),
  );
  for (const [name, { parse, pattern }] of Object.entries(formats)) {
    const form = new RegExp(pattern, "u");
    let taken = 0;
    fc.assert(
      fc.property(text, (input) => {
        try {
          parse(input);
        } catch {
          return;
        }
        taken++;
        assert.match(input, form, name);
      }),
      { numRuns: 500 },
    );
    assert.ok(taken > 5, `${name} took ${taken}`);
  }
});
