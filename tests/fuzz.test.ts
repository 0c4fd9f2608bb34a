import assert from "node:assert/strict";
import { hasModule, python } from "./python.ts";
import { createGateway, listen, newTenant, tokenOf } from "./gateway.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { startProgram, temporaryFolder, waitFor } from "./program.ts";

// The whole API as openapi.yaml describes it, asked with what nobody would send, by Schemathesis.

const leastRequests = 5_000;
/** Of each operation: more than are waited for. */
const examples = 200;

if (await hasModule("schemathesis")) {
  Deno.test(`a fuzzer of the whole API with one credential finds no 5xx in ${leastRequests} requests`, async () => {
    await using folder = await temporaryFolder();
    const gateway = await createGateway({ cacheBytes: 10_000_000 });
    const server = listen(gateway);
    try {
      const token = await tokenOf(newTenant("fuzzed"), "admin query ingest stream cohorts:write");
      await using fuzzer = startProgram(
        python,
        [
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
        ],
        { HYPOTHESIS_STORAGE_DIRECTORY: folder.path },
        folder.path,
      );
      const asked = () => gateway.log.filter(({ message }) => message === "request");
      for (let count = 500; count <= leastRequests; count += 500) {
        await waitFor(`${count} requests are answered`, () => {
          if (asked().length >= count) return true;
          if (fuzzer.group().length === 0) {
            throw new Error(`The fuzzer ended: ${fuzzer.printed().slice(-4_000)}`);
          }
        });
      }
      assert.deepEqual(asked().filter(({ status }) => Number(status) >= 500), []);
    } finally {
      await server.stop();
    }
  });
}
