import assert from "node:assert/strict";
import { findAlteredTargets } from "./altered_targets.ts";

const view = { name: "b_view", text: "CREATE MATERIALIZED VIEW v\nREFRESH EVERY 1 MINUTE TO t AS SELECT 1" };
const alter = {
  name: "c_alter",
  text: "-- migrate:up\nALTER TABLE t ADD COLUMN b UInt8\n-- migrate:down\nSELECT 1",
};
const drop = { name: "b_drop", text: "DROP VIEW v" };

Deno.test("a migration must not alter a table that a view replaces", () => {
  assert.deepEqual(findAlteredTargets([view, alter]), [
    "c_alter alters t, which the view v replaces: drop the view before, and make it again after",
  ]);
});

Deno.test("it may before the view is made, once it is dropped, and when the view appends", () => {
  assert.deepEqual(findAlteredTargets([alter, view]), []);
  assert.deepEqual(findAlteredTargets([view, drop, alter, view]), []);
  const appending = { ...view, text: view.text.replace("TO t", "DEPENDS ON u APPEND TO t") };
  assert.deepEqual(findAlteredTargets([appending, alter]), []);
});

Deno.test("what a migration takes back, and comments, do not count", () => {
  const down = {
    name: "d",
    text: "-- ALTER TABLE t\nSELECT 1\n-- migrate:down\nALTER TABLE t DROP COLUMN b",
  };
  assert.deepEqual(findAlteredTargets([view, down]), []);
});
