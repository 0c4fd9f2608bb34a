import assert from "node:assert/strict";
import { createGateway, newTenant, read, tokenOf } from "./gateway.ts";
import { examplesOf, shownIn } from "./readme_examples.ts";

Deno.test("each request of the README's section on cohorts gets the answer that stands there", async () => {
  const examples = await examplesOf("Cohorts");
  assert.equal(examples.length, 15);
  const gateway = await createGateway();
  gateway.setNow(new Date("2026-11-22T14:00:00Z"));
  const tenant = newTenant("readme");
  const authorization = `Bearer ${await tokenOf(tenant, "query ingest cohorts:write")}`;
  let [inReadme, made] = ["", ""];
  for (const example of examples) {
    const { method, path, body, answer } = example;
    const response = await gateway.fetch(made ? path.replaceAll(inReadme, made) : path, undefined, {
      method,
      headers: {
        authorization,
        "content-type": path.includes("/events/") ? "text/plain" : "application/json",
      },
      body: made ? body?.replaceAll(inReadme, made) : body,
    });
    if (answer === "") {
      assert.equal(response.status, 204, path);
      continue;
    }
    const actual = await read(response);
    assert.ok(actual.status < 300, `${path}: ${JSON.stringify(actual.body)}`);
    const expected = shownIn(example);
    if (path === "/v1/cohorts" && body) {
      [inReadme, made] = [expected.data.id, actual.body.data.id];
      continue;
    }
    const data = JSON.stringify(actual.body.data);
    assert.deepEqual(JSON.parse(made ? data.replaceAll(made, inReadme) : data), expected.data, path);
  }
});
