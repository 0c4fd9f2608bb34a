import assert from "node:assert/strict";
import { descendants, type GroupMember, processes, startProgram, waitFor } from "./program.ts";

// A run of tests that is killed, whichever of its processes it is that `kill -9` meets, leaves nothing that runs for ever.

const killed: Record<string, (run: GroupMember[]) => GroupMember | undefined> = {
  "the task runner": (run) => run.find(({ command }) => / task test /.test(command)),
  "the runner of the tests": (run) => run.find(({ command }) => /tests\/run\.ts/.test(command)),
  "the tests": (run) => run.find(({ command }) => / test --allow-all /.test(command)),
};

for (const [name, find] of Object.entries(killed)) {
  Deno.test(`kill -9 of ${name} ends servers, engines and the run itself`, async () => {
    await using program = startProgram(Deno.execPath(), ["task", "test", "tests/killed_run/waiting.ts"]);
    await program.until(/The test waits/);
    const run = [...program.group(), ...descendants(program.pid)];
    const engines = run.filter(({ command }) => command.includes("engine/process.ts")).map(({ pid }) => pid);
    assert.equal(new Set(engines).size, 3, "of the run, of the development server, and of the test");
    for (const server of ["src/tools/dev.ts", "src/hosts/deno/main.ts"]) {
      assert.ok(run.some(({ command }) => command.includes(server)), `${server} runs`);
    }
    Deno.kill((find(run) ?? assert.fail(`${name} does not run`)).pid, "SIGKILL");
    let left = run;
    try {
      await waitFor("nothing of it is left", () => {
        const running = new Set(processes().map(({ pid }) => pid));
        left = run.filter(({ pid }) => running.has(pid));
        return left.length === 0;
      });
    } finally {
      for (const { pid } of left) Deno.kill(pid, "SIGKILL");
    }
  });
}
