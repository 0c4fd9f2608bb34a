import assert from "node:assert/strict";
import { languageFaults } from "./language.ts";

const words = (text: string) => languageFaults(text).map(({ word }) => word);

Deno.test("languageFaults() names the line, the word and what to write instead", () => {
  assert.deepEqual(languageFaults("One.\nIt is computed anew."), [{
    line: 2,
    word: "anew",
    instead: "again",
  }]);
});

Deno.test("languageFaults() finds words in capitals, and phrases over two lines of a comment", () => {
  assert.deepEqual(words("Whoever asks"), ["Whoever"]);
  assert.deepEqual(words("// an answer is given\n// out again"), ["given out"]);
  assert.deepEqual(words(" * a total less\n * the others"), ["less the"]);
});

Deno.test("languageFaults() takes behind for after, not where something stands behind another thing", () => {
  assert.deepEqual(words("the text behind the colon"), ["behind"]);
  for (
    const right of [
      "the events behind a number",
      "it leaves a deleted row behind",
      "what is behind a proxy",
      "half an hour behind UTC",
      "the tables behind it",
    ]
  ) assert.deepEqual(words(right), [], right);
});

Deno.test("languageFaults() leaves other words alone", () => {
  assert.deepEqual(
    words("less than the others, whenever, a stall, shallow, canewood, --anew-flag, given_out"),
    [],
  );
});
