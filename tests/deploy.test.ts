import assert from "node:assert/strict";
import { parse, parseAllDocuments } from "yaml";
import { variables } from "../src/base/variables/variables.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { compatibilityDate, compatibilityFlags, workerdConfig } from "../src/tools/bundle/workerd_config.ts";
import { createGateway } from "./gateway.ts";
import { isInstalled } from "./installed.ts";
import { runProgram, temporaryFolder } from "./program.ts";
import { pythonProgram } from "./python.ts";

// What deploy/ holds is what Docker, Kubernetes and systemd take, and fits the gateway.

const dockerfile = await Deno.readTextFile(`${root}Dockerfile`);
const composed = parse(await Deno.readTextFile(`${root}docker-compose.yml`), { merge: true });
// deno-lint-ignore no-explicit-any -- manifests of many kinds
const manifests: any[] = [];
const manifestFiles = ["config", "migrate", "gateway"].map((name) => `${root}deploy/kubernetes/${name}.yaml`);
for (const file of manifestFiles) {
  for (const document of parseAllDocuments(await Deno.readTextFile(file))) manifests.push(document.toJS());
}
const manifest = (kind: string) => manifests.find((each) => each.kind === kind);
const gateway = manifest("Deployment").spec.template.spec;

Deno.test("the Dockerfile copies only what is there, and has all cached that its commands run", async () => {
  const sources = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, list]) => list.split(" "));
  assert.ok(sources.length >= 4);
  for (const source of sources) await Deno.stat(root + source);
  const [, cached] = /^RUN deno cache (.+?) &&/m.exec(dockerfile)!;
  const [, command] = /^CMD (\[.+\])$/m.exec(dockerfile)!;
  const commands: string[][] = [
    JSON.parse(command),
    ...Object.values<{ build?: string; command?: string[] }>(composed.services)
      .flatMap(({ build, command }) => build && command ? [command] : []),
    manifest("Job").spec.template.spec.containers[0].args,
  ];
  assert.equal(commands.length, 5);
  for (const [run, all, isCached, file] of commands) {
    assert.deepEqual([run, all, isCached], ["run", "-A", "--cached-only"]);
    assert.ok(cached.split(" ").includes(file), file);
  }
});

Deno.test("the image's user is a number, which is not root's and the one of the manifests", () => {
  const [, user] = /^USER (\d+)$/m.exec(dockerfile)!;
  assert.notEqual(Number(user), 0);
  for (const { securityContext } of [gateway, manifest("Job").spec.template.spec]) {
    assert.equal(securityContext.runAsUser, Number(user));
    assert.equal(securityContext.runAsNonRoot, true);
  }
});

Deno.test("hadolint has nothing against the Dockerfile", async () => {
  const hadolint = await pythonProgram("hadolint");
  if (!hadolint) return;
  const { code, printed } = await runProgram(hadolint, [`${root}Dockerfile`]);
  assert.equal(code, 0, printed);
});

Deno.test("the manifests are Kubernetes' own, each field of them", async () => {
  const validate = await pythonProgram("kubernetes-validate");
  if (!validate) return;
  const { code, printed } = await runProgram(validate, ["--strict", ...manifestFiles]);
  assert.equal(code, 0, printed);
  assert.equal(printed.match(/ passed for resource /g)?.length, manifests.length, printed);
});

Deno.test("the probes are paths that answer, and the pod waits longer than the gateway drains", async () => {
  const [container] = gateway.containers;
  const app = await createGateway({ files: [] });
  for (const name of ["startupProbe", "livenessProbe", "readinessProbe"]) {
    const response = await app.fetch(container[name].httpGet.path);
    await response.body?.cancel();
    assert.equal(response.status, 200, name);
  }
  const source = await Deno.readTextFile(`${root}src/hosts/deno/serve.ts`);
  const drainSeconds = Number(/drainMs = ([\d_]+)/.exec(source)![1].replaceAll("_", "")) / 1_000;
  const { preStop } = container.lifecycle;
  assert.ok(gateway.terminationGracePeriodSeconds >= preStop.sleep.seconds + drainSeconds + 10);
  const unit = await Deno.readTextFile(`${root}deploy/systemd/sluice.service`);
  assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1]) >= drainSeconds + 10);
});

Deno.test("the autoscaler looks at a metric that the gateway has", async () => {
  const app = await createGateway({ files: [] });
  const text = await (await app.fetch("/metrics")).text();
  for (const { pods } of manifest("HorizontalPodAutoscaler").spec.metrics) {
    if (pods) assert.match(text, new RegExp(`^# TYPE ${pods.metric.name} gauge$`, "m"));
  }
});

Deno.test("wrangler.toml has the flags, the date and the class that the bundle is tested with, and names variables that there are", async () => {
  const text = await Deno.readTextFile(`${root}deploy/workerd/wrangler.toml`);
  // each of these lines is JSON but for its key
  const valueOf = (key: string) => JSON.parse(new RegExp(`^${key} = (.+)$`, "m").exec(text)![1]);
  assert.equal(valueOf("compatibility_date"), compatibilityDate);
  assert.deepEqual(valueOf("compatibility_flags"), compatibilityFlags);
  const config = workerdConfig([]);
  assert.ok(config.includes(`durableObjectNamespace = "${valueOf("class_name")}"`));
  const [, vars] = /^\[vars\]$([^[]+)/m.exec(text)!;
  const bound = [
    ...[...vars.matchAll(/^(\w+) = "/gm)].map(([, name]) => name),
    ...[...text.matchAll(/wrangler secret put (\w+)/g)].map(([, name]) => name),
  ];
  assert.ok(bound.length >= 6, text);
  for (const name of bound) assert.ok(name in variables, name);
});

Deno.test("systemd takes the units, and finds little open in them", async (t) => {
  if (!await isInstalled("systemd-analyze")) return;
  await using folder = await temporaryFolder();
  for (const [name, exposure] of [["sluice", 20], ["sluice-migrate", 50]] as const) {
    await t.step(name, async () => {
      const unit = await Deno.readTextFile(`${root}deploy/systemd/${name}.service`);
      const [, file] = /^ExecStart=\/usr\/local\/bin\/deno run -A --cached-only (\S+)/m.exec(unit)!;
      await Deno.stat(root + file);
      const path = `${folder.path}/${name}.service`;
      // where programs and pages are on this machine
      const here = unit.replaceAll("/usr/local/bin/deno", Deno.execPath()).replaceAll(
        "/opt/sluice/docs",
        `${root}docs`,
      );
      await Deno.writeTextFile(path, here);
      const { code, printed } = await runProgram("systemd-analyze", ["verify", path]);
      assert.deepEqual([code, printed], [0, ""]);
      // its exposure, of 10: fails when that is above
      const security = ["security", "--offline=true", `--threshold=${exposure}`, path];
      const judged = await runProgram("systemd-analyze", security);
      assert.equal(judged.code, 0, judged.printed.slice(-500));
    });
  }
});
