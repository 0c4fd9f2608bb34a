import assert from "node:assert/strict";
import { hasModule, python } from "./python.ts";
import { createGateway, listen, newTenant, tokenOf } from "./gateway.ts";
import { root } from "../src/deno/sql_files.ts";
import { runProgram, temporaryFolder } from "./program.ts";

// The whole API as openapi.yaml describes it, asked with what nobody would send, by Schemathesis.

const leastRequests = 5_000;
/** Of each operation and kind of test. */
const examples = 60;

if (await hasModule("schemathesis")) {
  Deno.test(`a fuzzer of the whole API with one credential finds no 5xx in ${leastRequests} requests`, async () => {
    await using folder = await temporaryFolder();
    const gateway = await createGateway({ cacheBytes: 10_000_000 });
    const server = listen(gateway);
    try {
      const token = await tokenOf(newTenant("fuzzed"), "admin query ingest stream cohorts:write");
      const { code, printed } = await runProgram(python, [
        "-m",
        "schemathesis.cli",
        "run",
        `${root}openapi.yaml`,
        `--url=${server.url}`,
        `--header=Authorization:Bearer ${token}`,
        "--checks=not_a_server_error",
        "--phases=examples,coverage,fuzzing",
        `--max-examples=${examples}`,
        "--seed=1",
        "--workers=4",
        "--continue-on-failure",
        "--suppress-health-check=all",
        "--warnings=off",
        "--no-color",
      ], { HYPOTHESIS_STORAGE_DIRECTORY: folder.path, PYTHONDONTWRITEBYTECODE: "1" });
      const asked = gateway.log.filter(({ message }) => message === "request");
      const failed = asked.filter(({ status }) => Number(status) >= 500);
      assert.deepEqual(failed, []);
      assert.equal(code, 0, printed.slice(-4_000));
      assert.ok(asked.length >= leastRequests, `${asked.length} requests`);
    } finally {
      await server.stop();
    }
  });
}
