import assert from "node:assert/strict";
import { parse } from "yaml";
import { sentenceOf } from "../src/api/contract/change.ts";
import { compareContracts } from "../src/api/contract/contract.ts";
import type { OpenApi } from "../src/api/openapi/document.ts";
import { root } from "../src/hosts/deno/sql_files.ts";

// Pairs of documents, made by hand; what is expected of each is what a client would notice.

/** One operation with two parameters, a body and an answer in two formats. */
function contract(): OpenApi {
  return {
    openapi: "3.1.1",
    info: { title: "Of a test", version: "1" },
    paths: {
      "/v1/a/b": {
        get: {
          operationId: "getAB",
          tags: ["a"],
          summary: "A query",
          security: [{ bearer: ["query"] }, { apiKey: ["query"] }],
          parameters: [
            {
              name: "limit",
              in: "query",
              schema: { type: "integer", minimum: 1, maximum: 100, default: 10 },
            },
            {
              name: "channel",
              in: "query",
              schema: { type: "string", enum: ["email", "sms"], maxLength: 9 },
            },
            { name: "day", in: "query", required: true, schema: { type: "string", format: "date" } },
          ],
          responses: {
            200: {
              description: "The answer",
              headers: { ETag: { schema: { type: "string" } } },
              content: {
                "application/json": {
                  schema: {
                    type: "object",
                    properties: {
                      data: {
                        type: "array",
                        items: {
                          type: "object",
                          properties: {
                            total: { type: "integer", minimum: 0 },
                            rate: { type: ["number", "null"] },
                            channel: { type: "string", enum: ["email", "sms"] },
                            note: { type: "string" },
                          },
                          required: ["total", "rate", "channel"],
                        },
                      },
                    },
                    required: ["data"],
                  },
                },
                "text/csv": { schema: { type: "string" } },
              },
            },
            400: { $ref: "#/components/responses/BadRequest" },
          },
        },
        post: {
          operationId: "postAB",
          security: [{ bearer: ["query"] }],
          requestBody: {
            required: false,
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  properties: { name: { type: "string", pattern: "^[a-z]+$" }, days: { type: "integer" } },
                  required: ["name"],
                  additionalProperties: false,
                },
              },
            },
          },
          responses: { 204: { description: "It is done" } },
        },
      },
    },
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      responses: {
        BadRequest: {
          description: "A fault of the caller",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
      schemas: {
        Problem: {
          type: "object",
          properties: {
            type: { type: "string" },
            causes: { type: "array", items: { $ref: "#/components/schemas/Problem" } },
          },
          required: ["type"],
        },
      },
    },
  };
}

const get = (document: OpenApi) => document.paths["/v1/a/b"].get;
const post = (document: OpenApi) => document.paths["/v1/a/b"].post;
const row = (document: OpenApi) =>
  get(document).responses[200].content["application/json"].schema.properties.data.items;
const parameter = (document: OpenApi, name: string) =>
  get(document).parameters.find((each: OpenApi) => each.name === name);
const body = (document: OpenApi) => post(document).requestBody.content["application/json"].schema;

/** What becomes of the contract, and what of that is told. */
const cases: [what: string, change: (document: OpenApi) => void, told: string[]][] = [
  ["nothing", () => {}, []],
  ["other orders", (it) => {
    get(it).parameters.reverse();
    row(it).required.reverse();
    parameter(it, "channel").schema.enum.reverse();
  }, []],
  ["no path", (it) => void delete it.paths["/v1/a/b"], [
    "breaking: GET /v1/a/b, POST /v1/a/b: the operation is gone",
  ]],
  ["no method", (it) => void delete it.paths["/v1/a/b"].post, [
    "breaking: POST /v1/a/b: the operation is gone",
  ]],
  ["a further path", (it) => void (it.paths["/v1/c"] = { get: { responses: {} } }), [
    "additive: GET /v1/c: the operation is new",
  ]],
  ["no answer of a status", (it) => void delete get(it).responses[400], [
    "breaking: GET /v1/a/b: the answer 400 is gone",
  ]],
  ["a further status", (it) => void (get(it).responses[404] = {}), [
    "additive: GET /v1/a/b: the answer 404 is new",
  ]],
  ["no format", (it) => void delete get(it).responses[200].content["text/csv"], [
    "breaking: GET /v1/a/b: the answer 200 as text/csv is gone",
  ]],
  ["a further format", (it) => void (get(it).responses[200].content["text/tab"] = {}), [
    "additive: GET /v1/a/b: the answer 200 as text/tab is new",
  ]],
  ["no header of the answer", (it) => void delete get(it).responses[200].headers.ETag, [
    `breaking: GET /v1/a/b: the answer's header "ETag" is gone`,
  ]],
  ["no field", (it) => {
    delete row(it).properties.total;
    row(it).required = ["rate", "channel"];
  }, ['breaking: GET /v1/a/b: the field "data[].total" is gone']],
  ["a further field", (it) => void (row(it).properties.more = { type: "string" }), [
    'additive: GET /v1/a/b: the field "data[].more" is new',
  ]],
  ["a field of another type", (it) => void (row(it).properties.total = { type: "string" }), [
    'breaking: GET /v1/a/b: the field "data[].total" was integer and is string',
  ]],
  ["an integer that may be any number", (it) => void (row(it).properties.total.type = "number"), [
    'breaking: GET /v1/a/b: the field "data[].total" was integer and is number',
  ]],
  ["a field that may be null", (it) => void (row(it).properties.total.type = ["integer", "null"]), [
    'breaking: GET /v1/a/b: the field "data[].total" may now be null',
  ]],
  ["a field that is never null any more", (it) => void (row(it).properties.rate.type = "number"), [
    'additive: GET /v1/a/b: the field "data[].rate" was number or null and is number',
  ]],
  ["a field that may be missing", (it) => void row(it).required.shift(), [
    'breaking: GET /v1/a/b: the field "data[].total" may now be missing',
  ]],
  ["a field that is always there", (it) => void row(it).required.push("note"), [
    'additive: GET /v1/a/b: the field "data[].note" is now always there',
  ]],
  ["a further value of an answer", (it) => void row(it).properties.channel.enum.push("push"), [
    'breaking: GET /v1/a/b: the field "data[].channel" may now be "push"',
  ]],
  ["a value less of an answer", (it) => void row(it).properties.channel.enum.pop(), [
    'additive: GET /v1/a/b: the field "data[].channel" is never "sms" any more',
  ]],
  ["an answer of any value", (it) => void delete row(it).properties.channel.enum, [
    'breaking: GET /v1/a/b: the field "data[].channel" is no longer one of "email", "sms"',
  ]],
  ["an answer without a minimum", (it) => void delete row(it).properties.total.minimum, [
    'breaking: GET /v1/a/b: the field "data[].total": `minimum` was 0 and is none',
  ]],
  ["no parameter", (it) => void get(it).parameters.shift(), [
    'breaking: GET /v1/a/b: the parameter "limit" is gone',
  ]],
  ["a further parameter", (it) => void get(it).parameters.push({ name: "more", in: "query", schema: {} }), [
    'additive: GET /v1/a/b: the parameter "more" is new',
  ]],
  [
    "a further parameter that is needed",
    (it) => void get(it).parameters.push({ name: "more", in: "query", required: true, schema: {} }),
    ['breaking: GET /v1/a/b: the parameter "more" is new and required'],
  ],
  ["a parameter that is needed", (it) => void (parameter(it, "channel").required = true), [
    'breaking: GET /v1/a/b: the parameter "channel" is now required',
  ]],
  ["a parameter that is not needed", (it) => void (parameter(it, "day").required = false), [
    'additive: GET /v1/a/b: the parameter "day" may now be left out',
  ]],
  ["a parameter elsewhere", (it) => void (parameter(it, "day").in = "header"), [
    'breaking: GET /v1/a/b: the parameter "day" is gone',
    'breaking: GET /v1/a/b: the header "day" is new and required',
  ]],
  ["a value less to ask for", (it) => void parameter(it, "channel").schema.enum.pop(), [
    'breaking: GET /v1/a/b: the parameter "channel" is never "sms" any more',
  ]],
  ["a further value to ask for", (it) => void parameter(it, "channel").schema.enum.push("push"), [
    'additive: GET /v1/a/b: the parameter "channel" may now be "push"',
  ]],
  ["a lower maximum", (it) => void (parameter(it, "limit").schema.maximum = 50), [
    'breaking: GET /v1/a/b: the parameter "limit": `maximum` was 100 and is 50',
  ]],
  ["a higher maximum", (it) => void (parameter(it, "limit").schema.maximum = 500), [
    'additive: GET /v1/a/b: the parameter "limit": `maximum` was 100 and is 500',
  ]],
  ["a higher minimum", (it) => void (parameter(it, "limit").schema.minimum = 5), [
    'breaking: GET /v1/a/b: the parameter "limit": `minimum` was 1 and is 5',
  ]],
  ["no minimum", (it) => void delete parameter(it, "limit").schema.minimum, [
    'additive: GET /v1/a/b: the parameter "limit": `minimum` was 1 and is none',
  ]],
  ["shorter texts alone", (it) => void (parameter(it, "channel").schema.maxLength = 5), [
    'breaking: GET /v1/a/b: the parameter "channel": `maxLength` was 9 and is 5',
  ]],
  ["a shortest length of 0", (it) => void (parameter(it, "channel").schema.minLength = 0), []],
  ["a shortest length", (it) => void (parameter(it, "channel").schema.minLength = 2), [
    'breaking: GET /v1/a/b: the parameter "channel": `minLength` was none and is 2',
  ]],
  ["a pattern", (it) => void (parameter(it, "channel").schema.pattern = "^e"), [
    'breaking: GET /v1/a/b: the parameter "channel": `pattern` was none and is ^e',
  ]],
  ["another pattern", (it) => void (body(it).properties.name.pattern = "^[a-f]+$"), [
    'breaking: POST /v1/a/b: the parameter "name": `pattern` was ^[a-z]+$ and is ^[a-f]+$',
  ]],
  ["another default", (it) => void (parameter(it, "limit").schema.default = 20), [
    'breaking: GET /v1/a/b: the parameter "limit": the default was 10 and is 20',
  ]],
  ["another format of a parameter", (it) => void (parameter(it, "day").schema.format = "date-time"), [
    'breaking: GET /v1/a/b: the parameter "day" was string (date) and is string (date-time)',
  ]],
  ["no format of a parameter", (it) => void delete parameter(it, "day").schema.format, [
    'additive: GET /v1/a/b: the parameter "day" was string (date) and is string',
  ]],
  ["another way to write lists", (it) => void (parameter(it, "channel").explode = false), [
    'breaking: GET /v1/a/b: the parameter "channel": `explode` is another',
  ]],
  ["no field of the body", (it) => void delete body(it).properties.days, [
    'breaking: POST /v1/a/b: the parameter "days" is gone',
  ]],
  ["a field of the body that is needed", (it) => void body(it).required.push("days"), [
    'breaking: POST /v1/a/b: the parameter "days" is now required',
  ]],
  ["a body that is needed", (it) => void (post(it).requestBody.required = true), [
    "breaking: POST /v1/a/b: a body is now required",
  ]],
  ["a body of another type", (it) => {
    post(it).requestBody.content = { "text/csv": { schema: { type: "string" } } };
  }, [
    "breaking: POST /v1/a/b: a body of application/json is gone",
    "additive: POST /v1/a/b: a body of text/csv is new",
  ]],
  ["a body that takes any field", (it) => void delete body(it).additionalProperties, [
    "additive: POST /v1/a/b: the body may have further fields",
  ]],
  ["another scope", (it) => void (post(it).security = [{ bearer: ["admin"] }]), [
    "breaking: POST /v1/a/b: it needed bearer with query and needs bearer with admin",
  ]],
  ["no API key any more", (it) => void get(it).security.pop(), [
    "breaking: GET /v1/a/b: it needed bearer with query or apiKey with query and needs bearer with query",
  ]],
  ["no scope", (it) => void (post(it).security = [{ bearer: [] }]), [
    "additive: POST /v1/a/b: it is enough to have bearer",
  ]],
  ["no credential", (it) => void (post(it).security = []), [
    "additive: POST /v1/a/b: it is enough to have no credential",
  ]],
  ["another kind of credential", (it) => void (it.components.securitySchemes.bearer.scheme = "basic"), [
    "breaking: all operations: the credential bearer is given in another way",
  ]],
  ["another name of the operation", (it) => void (get(it).operationId = "readAB"), [
    "breaking: GET /v1/a/b: the operation was called getAB and is called readAB",
  ]],
  ["a shared schema", (it) => void delete it.components.schemas.Problem.properties.causes, [
    'breaking: GET /v1/a/b: the field "causes" of 400 is gone',
  ]],
  ["a keyword that no rule knows", (it) => void (row(it).propertyNames = { pattern: "^a" }), [
    'breaking: GET /v1/a/b: the field "data[]": `propertyNames` is another',
  ]],
  ["other words", (it) => {
    it.info.title = "Of another test";
    get(it).summary = "Another query";
    parameter(it, "day").description = "The day";
    row(it).properties.total.description = "How many";
    row(it).properties.total.example = 7;
    get(it).responses[200].description = "What is answered";
  }, [
    'documentation: GET /v1/a/b: the parameter "day": another description',
    'documentation: GET /v1/a/b: the field "data[].total": another description and example',
    "documentation: GET /v1/a/b: the answer 200: another description",
    "documentation: GET /v1/a/b: the operation: another summary",
    "documentation: all operations: `info` is another",
  ]],
];

for (const [what, change, told] of cases) {
  Deno.test(`a contract with ${what} is told of as it is to its clients`, () => {
    const changed = contract();
    change(changed);
    const changes = compareContracts(contract(), changed);
    assert.deepEqual(changes.map((each) => `${each.effect}: ${sentenceOf(each)}`), told);
  });
}

Deno.test("a document that was cut off is no contract", () => {
  for (
    const document of [undefined, null, "", {}, { openapi: "3.1.1" }, { paths: {} }, {
      swagger: "2.0",
      paths: {},
    }]
  ) {
    assert.throws(() => compareContracts(contract(), document), /no OpenAPI 3 document/);
    assert.throws(() => compareContracts(document, contract()), /no OpenAPI 3 document/);
  }
  const changed = contract();
  delete changed.components.schemas.Problem;
  assert.throws(
    () => compareContracts(contract(), changed),
    /There is nothing at #\/components\/schemas\/Problem/,
  );
});

const published: OpenApi = parse(await Deno.readTextFile(`${root}openapi.yaml`));

/** What can become of a field, in its schema's object, and how that is told. */
const fates: [what: string, change: (holder: OpenApi, name: string) => void, told: string][] = [
  ["vanish", ({ properties }, name) => delete properties[name], " is gone"],
  ["be null", ({ properties }, name) => {
    const { type } = properties[name];
    if (type) properties[name].type = [...new Set([type, "null"].flat())];
  }, " may now be null"],
  ["be missing", (holder, name) => {
    holder.required = holder.required?.filter((each: string) => each !== name);
  }, " may now be missing"],
];

for (const [what, change, told] of fates) {
  Deno.test(`no field of any answer can ${what} unnoticed`, () => {
    let count = 0;
    for (const [path, methods] of Object.entries<OpenApi>(published.paths)) {
      for (const [method, operation] of Object.entries<OpenApi>(methods)) {
        const alone = (one: OpenApi) => ({ ...published, paths: { [path]: { [method]: one } } });
        const name = `${method.toUpperCase()} ${path}`;
        for (const { changed, field } of withEachField(operation, change)) {
          const changes = compareContracts(alone(operation), alone(changed));
          // one that was so before has not changed
          if (what !== "vanish" && changes.length === 0) continue;
          count++;
          const [first] = changes.map(({ effect, what }) => `${effect}: ${what}`);
          assert.equal(first, `breaking: the field "${field}"${told}`, name);
        }
      }
    }
    // of 74 operations, most with more than ten fields
    assert.ok(count > 500, String(count));
  });
}

/** The operation once for each field of its successful answers, of which something has become. */
function* withEachField(
  operation: OpenApi,
  change: (holder: OpenApi, name: string) => void,
): Generator<{ changed: OpenApi; field: string }> {
  for (const status of Object.keys(operation.responses).filter((each) => each.startsWith("2"))) {
    const schema = operation.responses[status].content?.["application/json"]?.schema;
    for (const { steps, name, field } of fieldsOf(schema, [], "")) {
      const changed = structuredClone(operation);
      const own = changed.responses[status].content["application/json"].schema;
      const holder = steps.reduce((node, step) => node[step], own);
      change(holder, name);
      yield { changed, field };
    }
  }
}

/** Each field at any depth: the steps to the schema that holds it, its name, and as it is told, such as `data[].total`. */
function fieldsOf(
  schema: OpenApi | undefined,
  steps: string[],
  path: string,
): { steps: string[]; name: string; field: string }[] {
  if (!schema) return [];
  if (schema.items) return fieldsOf(schema.items, [...steps, "items"], `${path}[]`);
  return Object.entries<OpenApi>(schema.properties ?? {}).flatMap(([name, child]) => {
    const field = path ? `${path}.${name}` : name;
    return [{ steps, name, field }, ...fieldsOf(child, [...steps, "properties", name], field)];
  });
}

Deno.test("no field of what all answers share can vanish unnoticed", () => {
  for (const [schema, place] of [["Meta", "meta."], ["Problem", ""]]) {
    for (const { steps, name, field } of fieldsOf(published.components.schemas[schema], [], "")) {
      const changed = structuredClone(published);
      delete steps.reduce((node, step) => node[step], changed.components.schemas[schema]).properties[name];
      const [first] = compareContracts(published, changed);
      assert.equal(first.effect, "breaking");
      assert.ok(
        first.what.startsWith(`the field "${place}${field}"`) && first.what.endsWith(" is gone"),
        first.what,
      );
      assert.ok(first.operations.length > 30, sentenceOf(first));
    }
  }
});

Deno.test("a contract is what it is: openapi.yaml has changed in nothing since itself", () => {
  assert.deepEqual(compareContracts(published, structuredClone(published)), []);
});
