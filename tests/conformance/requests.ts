import assert from "node:assert/strict";
import { newTenant } from "../gateway.ts";
import { sendRaw } from "../raw_request.ts";
import { type Checks, linesOf } from "./target.ts";

/** Addresses, methods, heads and refusals. */
export const requestChecks: Checks = {
  "it is alive and ready, and tells what it is": async (target) => {
    assert.deepEqual((await target.ask("/health/live")).body, { status: "ok" });
    assert.deepEqual((await target.ask("/health/ready")).body, { status: "ok" });
    const metrics = await (await target.fetch("/metrics")).text();
    assert.match(metrics, /^sluice_build_info\{.*runtime="\w+/m);
  },

  "a query answers GET and POST with its rows, and says what it did": async (target) => {
    const tenant = newTenant();
    const sent = await target.ask("/v1/events/outreach", tenant, { method: "POST", body: linesOf(3) });
    assert.deepEqual([sent.status, sent.body.data.accepted], [200, 3]);
    const search = "startDate=2026-03-01&endDate=2026-03-01";
    const got = await target.ask(`/v1/outreach/overview?${search}`, tenant);
    assert.deepEqual([got.status, got.body.data.summary.totalMessagesSent], [200, 3]);
    assert.equal(got.body.meta.query, "outreach/overview");
    assert.match(got.headers.get("x-request-id")!, /^[\w-]+$/);
    const posted = await target.ask("/v1/outreach/overview", tenant, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ startDate: "2026-03-01", endDate: "2026-03-01" }),
    });
    assert.deepEqual(posted.body.data, got.body.data);
  },

  "HEAD answers with the fields of GET and no body": async (target) => {
    const response = await target.fetch("/v1/conformance/rows?count=3", newTenant(), { method: "HEAD" });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type")!, /^application\/json/);
    assert.equal(await response.text(), "");
  },

  "what is refused is a problem document with its status": async (target) => {
    const tenant = newTenant();
    const json = { "content-type": "application/json" };
    const asked: [
      path: string,
      tenant: string | undefined,
      init: RequestInit,
      status: number,
      type: string,
    ][] = [
      ["/v1/conformance/rows?count=1", undefined, {}, 401, "unauthenticated"],
      ["/v1/nothing/here", tenant, {}, 404, "not-found"],
      ["/v1/conformance/rows?count=many", tenant, {}, 400, "invalid-parameter"],
      ["/v1/outreach/%zz", tenant, {}, 400, "invalid-request"],
      ["/v1/conformance/rows", tenant, { method: "POST", headers: json, body: "{" }, 400, "invalid-request"],
      ["/v1/conformance/rows", tenant, { method: "DELETE" }, 405, "method-not-allowed"],
      ["/v1/events/nothing", tenant, { method: "POST", body: "{}" }, 404, "not-found"],
      ["/v1/admin/tenants/x/budget", tenant, {}, 403, "forbidden"],
    ];
    for (const [path, of, init, status, type] of asked) {
      const response = await target.fetch(path, of, init);
      const text = await response.text();
      assert.equal(response.status, status, `${path}: ${text}`);
      assert.match(response.headers.get("content-type")!, /^application\/problem\+json/);
      const problem = JSON.parse(text);
      assert.deepEqual([problem.type, problem.status], [`/problems/${type}`, status]);
    }
  },

  "a browser of an allowed origin may read, and another may not": async (target) => {
    for (
      const [origin, allowed] of [["https://app.example.com", true], ["https://evil.example", false]] as const
    ) {
      const { headers } = await target.ask("/v1/conformance/rows?count=1", newTenant(), {
        headers: { origin },
      });
      assert.equal(headers.get("access-control-allow-origin"), allowed ? origin : null);
      assert.match(headers.get("vary")!, /\borigin\b/i);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
    }
  },

  "a target in absolute form and a Host that is none do not lead to another path": async (target) => {
    const { host } = new URL(target.url);
    const hostile = [
      "GET /health/live HTTP/1.1\r\nHost: a/metrics?\r\n",
      "GET //metrics HTTP/1.1\r\nHost: a\r\n",
    ];
    for (const head of hostile) {
      const { body } = await sendRaw(target.url, `${head}Connection: close\r\n\r\n`);
      assert.doesNotMatch(body, /sluice_build_info/, head);
    }
    const absolute = `GET http://${host}/health/live HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    assert.equal((await sendRaw(target.url, absolute)).status, 200);
  },

  "the API reference and its document are there": async (target) => {
    const { body } = await target.ask("/openapi.json");
    assert.ok(body.paths["/v1/outreach/overview"]);
    assert.match(await (await target.fetch("/docs")).text(), /<html/i);
    const script = await target.fetch("/docs/swagger-ui-bundle.js");
    assert.match(script.headers.get("content-type")!, /^text\/javascript/);
    assert.ok((await script.text()).length > 500_000);
  },
};
