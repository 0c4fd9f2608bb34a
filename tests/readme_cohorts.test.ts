import assert from "node:assert/strict";
import { root } from "../src/deno/sql_files.ts";
import { createGateway, newTenant, read, tokenOf } from "./gateway.ts";

interface Example {
  method: string;
  path: string;
  body: string | undefined;
  /** What the README prints below the command; empty for an answer without a body. */
  answer: string;
}

/** The commands of a section, each with its answer. */
async function examplesOf(heading: string): Promise<Example[]> {
  const readme = await Deno.readTextFile(`${root}README.md`);
  const [, section] = readme.split(`\n## ${heading}\n`);
  const blocks = section.split("\n## ")[0].matchAll(/```console\n([^]*?)```/g);
  return [...blocks].flatMap(([, block]) => block.split(/^\$ curl -s(?= )/m).slice(1)).map((text) => {
    const [command, ...lines] = text.trimEnd().split("\n");
    const [, path] = /http:\/\/localhost:8787(\/[^\s"]+)/.exec(command)!;
    const end = lines.indexOf("END");
    const body = end >= 0 ? lines.slice(0, end).join("\n") : / -d '(.*)'$/.exec(command)?.[1];
    const method = / -X ([A-Z]+) /.exec(command)?.[1] ?? (body === undefined ? "GET" : "POST");
    return { method, path, body, answer: lines.slice(end + 1).join("") };
  });
}

Deno.test("each request of the README's section on cohorts gets the answer that stands there", async () => {
  const examples = await examplesOf("Cohorts");
  assert.equal(examples.length, 14);
  const gateway = await createGateway();
  gateway.setNow(new Date("2026-11-22T14:00:00Z"));
  const tenant = newTenant("readme");
  const authorization = `Bearer ${await tokenOf(tenant, "query ingest cohorts:write")}`;
  let [inReadme, made] = ["", ""];
  for (const { method, path, body, answer } of examples) {
    const response = await gateway.fetch(made ? path.replaceAll(inReadme, made) : path, undefined, {
      method,
      headers: {
        authorization,
        "content-type": path.includes("/events/") ? "text/plain" : "application/json",
      },
      body,
    });
    if (answer === "") {
      assert.equal(response.status, 204, path);
      continue;
    }
    const actual = await read(response);
    assert.ok(actual.status < 300, `${path}: ${JSON.stringify(actual.body)}`);
    const expected = JSON.parse(answer.replace('"meta":{…}', '"meta":{}'));
    if (path === "/v1/cohorts" && body) {
      [inReadme, made] = [expected.data.id, actual.body.data.id];
      continue;
    }
    const data = JSON.stringify(actual.body.data);
    assert.deepEqual(JSON.parse(made ? data.replaceAll(made, inReadme) : data), expected.data, path);
  }
});
