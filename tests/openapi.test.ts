import { Validator } from "@seriousme/openapi-schema-validator";
import assert from "node:assert/strict";
import openapiTypescript, { astToString } from "openapi-typescript";
import { parse } from "yaml";
import type { OpenApi } from "../src/api/openapi/document.ts";
import config from "../deno.json" with { type: "json" };
import { root } from "../src/hosts/deno/sql_files.ts";
import { createGateway, listen, newTenant, tokenOf } from "./gateway.ts";

const committed: OpenApi = parse(await Deno.readTextFile(`${root}openapi.yaml`));

Deno.test("openapi.yaml is valid OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(committed));
  assert.ok(valid, JSON.stringify(errors));
  assert.match(committed.openapi, /^3\.1\./);
});

Deno.test("each operation says which scope it needs, and that it may answer 400, 401, 403 and 429", () => {
  for (const [path, methods] of Object.entries(committed.paths as OpenApi)) {
    for (const [method, operation] of Object.entries(methods as OpenApi)) {
      const what = `${method} ${path}`;
      // health and metrics are not a tenant's
      if (!path.startsWith("/v1/")) {
        assert.deepEqual(operation.security, [], what);
        continue;
      }
      // events are not limited by budgets, nor by requests a second
      const statuses = ["400", "401", "403", ...(path === "/v1/events/{stream}" ? [] : ["429"])];
      for (const status of statuses) assert.ok(operation.responses[status], `${what}: ${status}`);
      assert.deepEqual(operation.security.flatMap(Object.keys), ["bearer", "apiKey"], what);
      const [scopes, ...others] = operation.security.flatMap(Object.values) as string[][];
      for (const each of others) assert.deepEqual(each, scopes, what);
      // what concerns the tenant alone is shown to every caller that it let in; what a page's token allows decides who makes it
      if (["get /v1/budget", "get /v1/stream/health", "post /v1/tokens"].includes(what)) {
        assert.deepEqual(scopes, []);
        continue;
      }
      assert.equal(scopes.length, 1, what);
      assert.match(operation.description, /Needs the scope `/, what);
      assert.ok(operation.description.includes(`\`${scopes[0]}\``), what);
    }
  }
});

Deno.test("each operation refuses a credential that lacks the scope it names", async () => {
  const gateway = await createGateway();
  const tenant = newTenant();
  for (const [path, methods] of Object.entries(committed.paths as OpenApi)) {
    const address = path.replaceAll(/{\w+}/g, (name) => name === "{stream}" ? "outreach" : "x");
    for (const [method, { security }] of Object.entries(methods as OpenApi)) {
      const [scope] = security.flatMap(Object.values).flat();
      if (!scope) continue;
      const authorization = `Bearer ${await tokenOf(tenant, scope === "stream" ? "ingest" : "stream")}`;
      const init = { method: method.toUpperCase(), headers: { authorization } };
      const response = await gateway.handle(new Request(`http://sluice${address}`, init));
      await response.body?.cancel();
      assert.equal(response.status, 403, `${method} ${path}`);
    }
  }
});

Deno.test("a body's optional parameter that may be null says so", () => {
  const bodyOf = (path: string, method: string) =>
    committed.paths[path][method].requestBody.content["application/json"].schema.properties;
  const trends = bodyOf("/v1/analytics/trends", "post");
  assert.deepEqual([trends.programId.type, trends.dimension.type, trends.granularity.type], [
    ["string", "null"],
    "string",
    "string",
  ]);
  const events = bodyOf("/v1/outreach/events", "post");
  assert.ok(events.channel.enum.includes(null) && events.channel.type.includes("null"));
});

Deno.test("each stream has an example that it accepts", async () => {
  const gateway = await createGateway();
  const { parameters, requestBody } = committed.paths["/v1/events/{stream}"].post;
  const { examples } = requestBody.content["application/json"];
  assert.deepEqual(Object.keys(examples), parameters[0].schema.enum);
  for (const [stream, { value }] of Object.entries<OpenApi>(examples)) {
    const { body } = await gateway.send(stream, newTenant(), [value]);
    assert.deepEqual(body.data, { accepted: 1, rejected: 0, rejections: [] }, stream);
  }
});

Deno.test("tags come in the order of the README, each with a description, and no operation has another", () => {
  const tags = committed.tags as { name: string; description: string }[];
  assert.deepEqual(tags.map(({ name }) => name), [
    "outreach",
    "analytics",
    "cohorts",
    "ticketing",
    "warehouse",
    "quality",
    "ops",
    "rejected",
    "events",
    "stream",
    "credentials",
    "budgets",
    "cache",
    "health",
  ]);
  for (const { name, description } of tags) assert.ok(description, name);
  const used = Object.values<OpenApi>(committed.paths).flatMap((methods) =>
    Object.values<OpenApi>(methods).flatMap(({ tags }) => tags)
  );
  assert.deepEqual([...new Set(used)].sort(), tags.map(({ name }) => name).sort());
});

Deno.test("what is left of budgets is answered as described", async () => {
  const gateway = await createGateway();
  const { properties, required } =
    committed.paths["/v1/budget"].get.responses[200].content["application/json"].schema.properties.data;
  const authorization = `Bearer ${await tokenOf(newTenant(), "query")}`;
  const body =
    await (await gateway.handle(new Request("http://sluice/v1/budget", { headers: { authorization } })))
      .json();
  assert.deepEqual(Object.keys(body.data).sort(), required.toSorted());
  for (const [name, state] of Object.entries<Record<string, unknown>>(body.data)) {
    for (const [field, { type }] of Object.entries<OpenApi>(properties[name].properties ?? {})) {
      const value = state[field];
      const kind = value === null ? "null" : typeof value === "number" ? "integer" : typeof value;
      assert.ok([type].flat().includes(kind), `${name}.${field} is ${value}`);
    }
  }
});

Deno.test("a client generated from openapi.yaml compiles and calls every endpoint", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice-client-" });
  const gateway = await createGateway();
  const server = listen(gateway);
  try {
    // deno-lint-ignore no-explicit-any -- the library's own type of a document
    await Deno.writeTextFile(`${folder}/schema.d.ts`, astToString(await openapiTypescript(committed as any)));
    await Deno.writeTextFile(`${folder}/client.ts`, clientProgram(committed));
    const tenant = newTenant("client");
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--check",
        "--allow-net",
        "--allow-env",
        `--config=${root}deno.json`,
        "--no-lock",
        `${folder}/client.ts`,
      ],
      env: { BASE: server.url, TOKEN: await tokenOf(tenant, "query ingest admin"), NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const called = JSON.parse(new TextDecoder().decode(stdout));
    assert.deepEqual(Object.keys(called).sort(), operationNames(committed).sort());
    for (const [name, status] of Object.entries(called)) {
      const [method, path] = name.split(" ");
      const { responses } = committed.paths[path][method.toLowerCase()];
      const expected = statusOf[name] ?? Object.keys(responses).find((each) => each.startsWith("2"));
      assert.equal(String(status), expected, name);
    }
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

function operationNames(document: OpenApi): string[] {
  return Object.entries(document.paths as OpenApi).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  );
}

const newKey = `{ body: { tenantId: "client", name: "of a test", scopes: ["query"] } }`;

/** What operations are called with that need more than a query does. */
const optionsOf: Record<string, string> = {
  "POST /v1/events/{stream}": `{ params: { path: { stream: "outreach" } }, body: {
    id: crypto.randomUUID(),
    eventType: "message_sent",
    entityId: "m1",
    channel: "email",
    occurredAt: new Date(Date.now() - 3_600_000).toISOString(),
  } }`,
  "POST /v1/admin/keys": newKey,
  "DELETE /v1/admin/keys/{id}": "{ params: { path: { id: made.data!.data.id } } }",
  // other tests' answers stay
  "DELETE /v1/admin/cache": `{ params: { query: { tenantId: "client" } } }`,
  // those of other tests stay as they are
  "DELETE /v1/ops/dead-letters": `{ params: { query: { tenantId: "client", stream: "outreach" } } }`,
  "GET /v1/ops/dead-letters/{id}": "{ params: { path: { id: crypto.randomUUID() } } }",
  "POST /v1/ops/dead-letter-replays": `{ params: { query: { tenantId: "client" } } }`,
  "POST /v1/stream/token": "{}",
  "POST /v1/tokens": `{ body: { scopes: ["query"], minutes: 15 } }`,
  "POST /v1/cohorts": '{ body: { name: "Others" } }',
  "GET /v1/budget": "{}",
  // the stream is left after a moment
  "GET /v1/stream/updates": `{ parseAs: "stream", signal: AbortSignal.timeout(1_000) }`,
  "GET /v1/stream/stats": "{}",
  "GET /v1/stream/health": "{}",
  "GET /v1/admin/tenants/{tenantId}/streaming": `{ params: { path: { tenantId: "client" } } }`,
  "PUT /v1/admin/tenants/{tenantId}/streaming":
    `{ params: { path: { tenantId: "client" } }, body: { isEnabled: true } }`,
  "GET /health": "{}",
  "GET /health/live": "{}",
  "GET /health/ready": "{}",
  "GET /health/cache": "{}",
  "GET /health/dependencies": "{}",
  "GET /metrics": `{ parseAs: "text" }`,
  "GET /v1/admin/tenants/{tenantId}/budget": `{ params: { path: { tenantId: "client" } } }`,
  "PUT /v1/admin/tenants/{tenantId}/budget":
    `{ params: { path: { tenantId: "client" } }, body: { daily: null } }`,
  "POST /v1/admin/tenants/{tenantId}/budget/reset": `{ params: { path: { tenantId: "client" } } }`,
};

/** Operations that this engine has nothing for. */
const statusOf: Record<string, string> = {
  // it reads no Postgres
  "POST /v1/admin/sync/{source}": "404",
  // there is no such load, and nothing was loaded of the user
  "POST /v1/admin/jobs/{view}": "404",
  "GET /v1/warehouse/users/{userId}/history": "404",
  "POST /v1/warehouse/users/{userId}/history": "404",
  // none of its dead letters has this id
  "GET /v1/ops/dead-letters/{id}": "404",
  "POST /v1/ops/dead-letters/{id}/replay": "404",
  "DELETE /v1/ops/dead-letters/{id}": "404",
  // a client of HTTP asks for no WebSocket
  "GET /v1/stream/socket": "400",
};

/** Values for whatever parameters operations have besides their defaults; code, as the program has it. */
const valueOf: Record<string, string> = {
  cohortId: "cohort",
  cohortIds: "[cohort]",
  userId: '"u1"',
  userIds: '["u1"]',
  metric: '"engagement"',
  dimension: '"confidence"',
  stages: '["enrolled", "completed"]',
  name: '"Mates"',
  source: '"outcome_scores"',
  view: '"no_load"',
  firstMonth: "4",
  id: "crypto.randomUUID()",
};

/** The options of a call: a value for each parameter that is needed, in the path, the query or the body. */
function optionsFor(operation: OpenApi, method: string): string {
  const inPlace = (place: string) =>
    (operation.parameters ?? []).filter((each: OpenApi) => each.in === place && each.required)
      .map(({ name }: OpenApi) => `${name}: ${valueOf[name]}`).join(", ");
  const { properties = {}, required = [] } =
    operation.requestBody?.content["application/json"].schema as OpenApi ?? {};
  const body = required.map((name: string) => `${name}: ${valueOf[name]}`).join(", ");
  const path = inPlace("path");
  const query = method === "GET" ? `query: { ${inPlace("query")} }` : "";
  const hasBody = Object.keys(properties).length > 0;
  return `{ params: { ${path && `path: { ${path} },`} ${query} }, ${hasBody ? `body: { ${body} }` : ""} }`;
}

/** A program that calls each operation through openapi-fetch, and reads fields by their generated types. */
function clientProgram(document: OpenApi): string {
  // what is deleted is called last, what is in it before
  const isDelete = (name: string) => Number(name.startsWith("DELETE"));
  const names = operationNames(document)
    .toSorted((a, b) => isDelete(a) - isDelete(b) || isDelete(a) * (a < b ? 1 : -1));
  const calls = names.map((name) => {
    const [method, path] = name.split(" ");
    const options = optionsOf[name] ?? optionsFor(document.paths[path][method.toLowerCase()], method);
    return `  ${JSON.stringify(name)}: (await client.${method}(${
      JSON.stringify(path)
    }, ${options})).response.status,`;
  });
  return `import createClient from "${config.scopes["./"]["openapi-fetch"]}";
import type { paths } from "./schema.d.ts";
const client = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl: Deno.env.get("BASE")!,
  headers: { authorization: \`Bearer \${Deno.env.get("TOKEN")}\` },
});
const made = await client.POST("/v1/admin/keys", ${newKey});
const sends: Record<string, Record<string, unknown>> = {
  csr_scores: { userId: "u1", dimension: "confidence", score: 0.5, createdAt: new Date().toISOString() },
  csr_companies: { industry: "Retail", region: "EU", employees: 10, updatedAt: new Date().toISOString() },
};
for (const [stream, row] of Object.entries(sends)) {
  await client.POST("/v1/events/{stream}", {
    params: { path: { stream: stream as "csr_scores" } },
    body: { id: crypto.randomUUID(), ...row },
  });
}
const { data: cohortMade } = await client.POST("/v1/cohorts", { body: { name: "Buddies" } });
const cohort: string = cohortMade!.data.id;
const called = {
${calls.join("\n")}
};
const { data } = await client.GET("/v1/outreach/overview", { params: { query: { timeRange: "30d" } } });
const sent: number = data!.data.summary.totalMessagesSent;
const rate: number | null = data!.data.summary.openRate;
const days: string[] = data!.data.trend.map((day) => day.date);
if (sent !== 1 || rate !== null || days.length !== 31) throw new Error(JSON.stringify(data));
const { error } = await client.GET("/v1/outreach/overview", { params: { query: { startDate: "x" } } });
const status: number | undefined = error?.status;
if (status !== 400) throw new Error(JSON.stringify(error));
// @ts-expect-error a date is text
await client.GET("/v1/outreach/overview", { params: { query: { startDate: 42 } } });
// @ts-expect-error a value that is not in the list
await client.GET("/v1/outreach/overview", { params: { query: { timeRange: "8d" } } });
// @ts-expect-error a field that is not there
void data!.data.summary.nothing;
console.log(JSON.stringify(called));
`;
}
