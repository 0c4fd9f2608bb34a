import assert from "node:assert/strict";
import { dueNow } from "./due.ts";

const at = (time: string) => new Date(`2026-11-28T${time}Z`);
const ms = (time: string) => at(time).getTime();
const hourly = { name: "test/check", scheduleMs: 3_600_000, leaseMs: 200_000 };
const [we, they] = ["our process", "another process"];

Deno.test("a check that never ran is due at once, and once in each slot after", () => {
  assert.deepEqual(dueNow(hourly, at("10:20:00"), undefined, undefined, we), {
    slot: at("10:00:00"),
    attempt: 0,
    isOurs: false,
  });
  assert.equal(dueNow(hourly, at("10:59:59"), ms("10:20:00"), undefined, we), undefined);
  assert.deepEqual(dueNow(hourly, at("11:00:00"), ms("10:20:00"), undefined, we)?.slot, at("11:00:00"));
  // after a day without a gateway it runs once
  assert.deepEqual(dueNow(hourly, at("23:10:00"), ms("01:00:00"), undefined, we)?.slot, at("23:00:00"));
});

Deno.test("a turn that somebody has taken is waited for until the run must be over, and then tried again", () => {
  const claim = { slotMs: ms("10:00:00"), attempt: 0, instance: they };
  assert.equal(dueNow(hourly, at("10:20:00"), undefined, { ...claim, ageMs: 199_999 }, we), undefined);
  assert.deepEqual(dueNow(hourly, at("10:20:00"), undefined, { ...claim, ageMs: 200_000 }, we), {
    slot: at("10:00:00"),
    attempt: 1,
    isOurs: false,
  });
  // the turn of an earlier slot says nothing of this one
  assert.equal(dueNow(hourly, at("11:00:00"), undefined, { ...claim, ageMs: 5 }, we)?.attempt, 0);
});

Deno.test("a turn of our own whose run did not end is taken up again at once", () => {
  const claim = { slotMs: ms("10:00:00"), attempt: 2, instance: we, ageMs: 5 };
  assert.deepEqual(dueNow(hourly, at("10:20:00"), undefined, claim, we), {
    slot: at("10:00:00"),
    attempt: 2,
    isOurs: true,
  });
});
