import assert from "node:assert/strict";
import { parse } from "yaml";
import { PythonClientError, writePythonClient } from "../src/tools/client/python.ts";
import { writeTypeScriptClient } from "../src/tools/client/typescript.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import config from "../deno.json" with { type: "json" };
import { createGateway, listen, newTenant, type TestGateway, tokenOf } from "./gateway.ts";
import { isInstalled } from "./installed.ts";
import { runProgram, startProgram, temporaryFolder, waitFor } from "./program.ts";
import { hasModule, python } from "./python.ts";
import { emit } from "./stream/world.ts";

const document = parse(await Deno.readTextFile(`${root}openapi.yaml`));
const gateway = await createGateway();

/** So many messages were sent in the last hours. */
async function sendMessages(gateway: TestGateway, tenant: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => `m${i}`);
  const { body } = await gateway.send("outreach", tenant, ids.map((id, i) => messageSent(id, i + 1)));
  assert.equal(body.data.accepted, count);
  return ids;
}

function messageSent(entityId: string, hoursAgo: number) {
  const occurredAt = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  return { id: crypto.randomUUID(), eventType: "message_sent", entityId, channel: "email", occurredAt };
}

/** What a program has printed: a name and a value a line. */
function printedBy(text: string): [name: string, value: unknown][] {
  return text.split("\n").filter((line) => / [[{"\d tfn-]/.test(line)).map((line) => {
    const [, name, value] = /^([\w ]+?) ([[{"\d-].*|true|false|null)$/.exec(line) ?? assert.fail(text);
    return [name, JSON.parse(value)];
  });
}

Deno.test("the TypeScript package compiles with tsc, strictly, and works on Node", async (t) => {
  if (!await isInstalled("node")) return;
  await using folder = await temporaryFolder();
  const tenant = newTenant("client");
  const ids = await sendMessages(gateway, tenant, 5);
  const limited = newTenant();
  const admin = (path: string, body: unknown) =>
    gateway.call("PUT", `admin/tenants/${path}`, "the-operator", body as Record<string, unknown>, "admin");
  assert.equal((await admin(`${limited}/budget`, { daily: 0 })).status, 200);

  await t.step("it compiles, and so does a program that uses it", async () => {
    await installPackages(folder.path);
    await writeTypeScriptClient(document, `${folder.path}/node_modules/sluice-client`);
    await Deno.copyFile(`${root}tests/clients/program.ts`, `${folder.path}/program.ts`);
    const options = {
      strict: true,
      target: "es2022",
      module: "nodenext",
      lib: ["es2022", "dom", "dom.iterable"],
    };
    const compilerOptions = {
      ...options,
      types: [],
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
    };
    const files = ["program.ts"];
    await Deno.writeTextFile(`${folder.path}/tsconfig.json`, JSON.stringify({ compilerOptions, files }));
    const { code, printed } = await runProgram("node", ["node_modules/typescript/bin/tsc"], {}, folder.path);
    assert.equal(code, 0, printed);
  });

  await t.step(
    "it answers, pages, throws problems, and follows live updates over an interruption",
    async () => {
      let server = listen(gateway);
      const port = Number(new URL(server.url).port);
      const env = {
        BASE: server.url,
        TOKEN: await tokenOf(tenant, "query cohorts:write stream"),
        LIMITED: await tokenOf(limited),
        LIVE: await tokenOf(tenant, "stream"),
      };
      await using program = startProgram("node", ["program.js"], env, folder.path);
      try {
        await program.until(/^following true$/m);
        await waitFor("it follows", () => {
          const { byTenant, opening } = gateway.streams.stats();
          return byTenant[tenant] && opening === 0;
        });
        await emit(tenant, "metric_updated", { n: 1 });
        await emit(tenant, "journey_flag_updated", { n: "of another type" });
        await program.until(/^event .*\{"n":1\}/m);
        gateway.streams.close();
        await server.stop();
        await emit(tenant, "metric_updated", { n: 2 });
        // another gateway, as after a restart
        const next = await createGateway();
        server = listen(next, port);
        await program.until(/^event .*\{"n":2\}/m);
        await emit(tenant, "metric_updated", { n: 3 });
        await program.until(/^event .*\{"n":3\}/m);
        const off = { isEnabled: false };
        const path = `admin/tenants/${tenant}/streaming`;
        assert.equal((await next.call("PUT", path, "the-operator", off, "admin")).status, 200);
        next.setNow(new Date(Date.now() + 5_000));
        await next.streams.tick();
        assert.equal(await program.end(), 0, program.printed());
        next.close();
      } finally {
        await server.stop();
      }
      assert.deepEqual(printedBy(program.printed()), [
        // none delivered, so no rate; a month has 31 days that it touches
        ["overview", [5, null, 31, "outreach/overview", 1]],
        ["pages", [2, 2, 1]],
        ["rows", ids],
        ["rows by POST", 5],
        ["without a body", true],
        ["bad", [400, "/problems/invalid-parameter", "startDate", 36, true]],
        ["spent", [429, "/problems/budget-spent", true]],
        ["stranger", 404],
        ["unknown id", ["reset", "unknown-id"]],
        ["refused", 401],
        ["no stream", 200],
        ["following", true],
        ["event", ["metric_updated", { n: 1 }, true]],
        ["event", ["metric_updated", { n: 2 }, true]],
        ["event", ["metric_updated", { n: 3 }, true]],
        ["ended", "disabled"],
        ["aborted", true],
      ]);
    },
  );
});

/** What the package needs, and a compiler. */
async function installPackages(folder: string): Promise<void> {
  const scope = config.scopes["./"];
  const versionOf = (name: "openapi-fetch" | "eventsource-parser" | "typescript") =>
    scope[name].split("@").at(-1)!;
  const names = ["openapi-fetch", "eventsource-parser", "typescript"] as const;
  const dependencies = Object.fromEntries(names.map((name) => [name, versionOf(name)]));
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ type: "module", dependencies }));
  const { code, printed } = await runProgram(
    Deno.execPath(),
    ["install", "--node-modules-dir=auto"],
    {},
    folder,
  );
  assert.equal(code, 0, printed);
}

Deno.test("the Python package works", async () => {
  if (!await hasModule("openapi_python_client", "httpx", "attrs")) return;
  await using folder = await temporaryFolder();
  const client = `${folder.path}/client`;
  await writePythonClient(python, `${root}openapi.yaml`, client);
  const tenant = newTenant("client");
  const ids = await sendMessages(gateway, tenant, 4);
  const server = listen(gateway);
  try {
    const { code, printed } = await runProgram(python, [`${root}tests/clients/program.py`], {
      BASE: server.url,
      TOKEN: await tokenOf(tenant),
      EVENT: JSON.stringify(messageSent("m4", 10)),
      PYTHONPATH: client,
    });
    assert.equal(code, 0, printed);
    assert.deepEqual(printedBy(printed), [
      ["accepted", 1],
      ["overview", [5, null, 31]],
      ["rows", [...ids, "m4"]],
      ["bad", [400, "/problems/invalid-parameter", "startDate"]],
    ]);
  } finally {
    await server.stop();
  }
});

Deno.test("without a generator for Python, what to install is told", async () => {
  await using folder = await temporaryFolder();
  const write = (program: string) =>
    writePythonClient(program, `${root}openapi.yaml`, `${folder.path}/client`);
  await assert.rejects(write(`${folder.path}/no-python`), PythonClientError);
  const program = `${folder.path}/python`;
  await Deno.writeTextFile(program, "#!/bin/sh\necho 'No module named openapi_python_client' >&2\nexit 1\n", {
    mode: 0o755,
  });
  await assert.rejects(
    write(program),
    /has no openapi-python-client: run `.*pip install openapi-python-client`/,
  );
});
