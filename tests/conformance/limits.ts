import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../../src/clickhouse/client.ts";
import { engineOptions, newTenant } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { type Checks, linesOf } from "./target.ts";

/** What is kept, and what a tenant may ask. */
export const limitChecks: Checks = {
  "an answer is kept until its table changes, and callers can ask whether it has": async (target) => {
    const tenant = newTenant();
    const ask = (headers: Record<string, string> = {}) =>
      target.fetch("/v1/conformance/kept", tenant, {
        headers: { "accept-encoding": "identity", ...headers },
      });
    const first = await ask();
    const text = await first.text();
    assert.equal(JSON.parse(text).data[0].events, 0);
    assert.match(first.headers.get("cache-control")!, /\bprivate\b/);
    assert.match(first.headers.get("cache-status")!, /^sluice; fwd=miss/);
    assert.match(first.headers.get("vary")!, /authorization/i);
    // other tests write into the table between any two requests
    await waitFor("an answer comes from the cache", async () => {
      const next = await ask();
      assert.equal(await next.text(), text);
      return /^sluice; hit/.test(next.headers.get("cache-status")!);
    });
    const unchanged = await ask({ "if-none-match": first.headers.get("etag")! });
    assert.deepEqual([unchanged.status, await unchanged.text()], [304, ""]);
    const sent = await target.ask("/v1/events/outreach", tenant, { method: "POST", body: linesOf(4) });
    assert.equal(sent.body.data.accepted, 4);
    await waitFor("the new answer is there", async () => (await (await ask()).json()).data[0].events === 4);
  },

  "a kept answer goes out packed, and unpacks to the same": async (target) => {
    const tenant = newTenant();
    const plain = await (await target.fetch("/v1/conformance/kept", tenant, {
      headers: { "accept-encoding": "identity" },
    })).text();
    for (let n = 0; n < 2; n++) {
      // fetch unpacks by itself, and says so by leaving the field out or in: the text is what counts
      const packed = await target.fetch("/v1/conformance/kept", tenant, {
        headers: { "accept-encoding": "gzip" },
      });
      assert.equal(await packed.text(), plain);
    }
  },

  "a part of a kept export is its bytes": async (target) => {
    const tenant = newTenant();
    const path = "/v1/conformance/kept?format=csv";
    const whole = await (await target.fetch(path, tenant, { headers: { "accept-encoding": "identity" } }))
      .text();
    const part = await target.fetch(path, tenant, {
      headers: { "accept-encoding": "identity", range: "bytes=5-14" },
    });
    assert.deepEqual([part.status, await part.text()], [206, whole.slice(5, 15)]);
  },

  "a tenant's budget is told with each answer, and when it is spent, the next query is refused": async (
    target,
  ) => {
    const tenant = newTenant();
    const changed = await target.ask(`/v1/admin/tenants/${tenant}/budget`, "the-operator", {
      scope: "admin",
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ daily: 2 }),
    });
    assert.equal(changed.status, 200);
    const ask = () => target.ask("/v1/conformance/rows?count=1", tenant);
    for (let n = 0; n < 2; n++) {
      const { status, headers } = await ask();
      assert.equal(status, 200);
      assert.match(headers.get("ratelimit-policy")!, /"daily";q=2;w=86400/);
      assert.match(headers.get("ratelimit")!, new RegExp(`"daily";r=${1 - n};t=\\d+`));
    }
    const { status, headers, body } = await ask();
    assert.deepEqual([status, body.type, body["violated-policies"]], [429, "/problems/budget-spent", [
      "daily",
    ]]);
    assert.ok(Number(headers.get("retry-after")) > 0);
  },

  "each request has its row in the audit": async (target) => {
    const tenant = newTenant();
    await target.ask("/v1/conformance/rows?count=7", tenant);
    const written = async () =>
      await readRows<{ path: string }>(createClickHouse(engineOptions()), {
        sql: "SELECT path FROM gateway_requests WHERE tenant_id = {tenant:String}",
        parameters: { tenant },
      });
    await waitFor("the row is written", async () => (await written()).length > 0);
    assert.deepEqual((await written()).map(({ path }) => path), ["/v1/conformance/rows"]);
  },
};
