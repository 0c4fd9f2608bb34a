import assert from "node:assert/strict";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { event } from "./events.ts";
import { runProgram } from "./program.ts";

// `deno task dead-letters` on the tests' engine.

async function task(...args: string[]) {
  const { url, password } = engineOptions();
  const env = { CLICKHOUSE_URL: url, CLICKHOUSE_PASSWORD: password };
  const { code, printed } = await runProgram(Deno.execPath(), ["task", "dead-letters", ...args], env);
  return { code, printed: printed.replace(/^Task .*\n/, "").trim() };
}

Deno.test("dead-letters lists, shows, sends again and deletes, by id and by filter", async () => {
  const gateway = await createGateway();
  const tenant = newTenant();
  await gateway.send("outreach", tenant, [
    event({ id: undefined }),
    event({ channel: "fax\u001b[31m" }),
    event({ channel: "telex" }),
  ]);
  const all = ["--tenant", tenant];
  const listed = await task("list", ...all);
  assert.equal(listed.code, 0, listed.printed);
  assert.equal(listed.printed.match(/^\d{4}-\S+Z {2}[\da-f-]{36} {2}\S+ {2}outreach {2}http$/gm)?.length, 3);
  assert.match(listed.printed, /^ {4}id is missing$/m);
  assert.ok(!listed.printed.includes("\u001b"), "a terminal would obey it");

  const again = await task("replay", ...all, "--stream=outreach");
  assert.equal(again.code, 0, again.printed);
  assert.match(again.printed, /^[\da-f-]{36} {2}channel is unknown: "telex"$/m);
  assert.match(again.printed, /^1 landed, 2 refused again, 0 had landed before$/m);

  const [id] = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/.exec(
    (await task("list", ...all, "--reason", "telex")).printed,
  )!;
  const shown = JSON.parse((await task("show", id)).printed);
  assert.deepEqual([shown.id, shown.tenantId, shown.outcome], [id, tenant, "refused"]);
  assert.deepEqual(await task("replay", id), { code: 0, printed: 'refused: channel is unknown: "telex"' });
  assert.deepEqual(await task("delete", id), { code: 0, printed: "1 deleted" });
  assert.deepEqual(await task("delete", id), { code: 1, printed: "There is no dead letter of this id" });
  assert.deepEqual(await task("delete", ...all, "--outcome", "landed"), { code: 0, printed: "1 deleted" });
  assert.equal((await gateway.query("rejected", tenant)).body.data.length, 1);
});

Deno.test("dead-letters says what is wrong with a command, and does nothing", async () => {
  for (const args of [[], ["mend"], ["list", "--nonsense", "1"], ["show"], ["replay", "a", "b"]]) {
    const { code, printed } = await task(...args);
    assert.equal(code, 2, printed);
    assert.match(printed, /dead-letters list/);
  }
  for (
    const [args, said] of [
      [["delete"], /^Name which letters/],
      [["replay"], /^Name which letters/],
      [["list", "--outcome", "x"], /^outcome must be none, landed or refused$/],
      [["show", "no-uuid"], /^There is no dead letter/],
    ] as const
  ) {
    const { code, printed } = await task(...args);
    assert.equal(code, 1, printed);
    assert.match(printed, said);
  }
});
