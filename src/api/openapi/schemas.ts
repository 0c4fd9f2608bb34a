import { problems } from "../../base/problem.ts";

/** JSON Schema of a problem document. */
export const problemSchema = {
  type: "object",
  description: "RFC 9457",
  properties: {
    type: {
      type: "string",
      format: "uri-reference",
      enum: Object.keys(problems).map((type) => `/problems/${type}`),
    },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string", format: "uri-reference", description: "Names the request" },
    parameter: { type: "string", description: "The parameter at fault" },
    errors: {
      type: "array",
      description: "Each fault, when there are several",
      items: {
        type: "object",
        properties: { parameter: { type: "string" }, detail: { type: "string" } },
        required: ["parameter", "detail"],
      },
    },
  },
  required: ["type", "title", "status"],
  additionalProperties: true,
};

/** JSON Schema of the header `Idempotency-Key`: visible ASCII characters. */
export const idempotencyKeySchema = { type: "string", pattern: "^[!-~]{1,255}$" };

/** JSON Schema of an answer's `meta`. */
export const metaSchema = {
  type: "object",
  description: "Facts of the computation",
  properties: {
    query: { type: "string" },
    rows: { type: "integer", format: "int64", description: "Rows in `data`" },
    rowsRead: {
      type: "integer",
      format: "int64",
      description: "Rows that ClickHouse read: rounded up to 1, 4, 16 … million",
    },
    bytesRead: {
      type: "integer",
      format: "int64",
      description: "Bytes that ClickHouse read: rounded up to 16, 64, 256 … million",
    },
    elapsedMs: { type: "number", description: "Time that ClickHouse took" },
    asOf: { type: "string", format: "date-time", description: "The instant that the query took as now" },
    page: {
      type: "object",
      description: "Only of paged queries",
      properties: {
        number: { type: ["integer", "null"], description: "From 1; null by cursor" },
        size: { type: "integer", description: "Most rows of a page" },
        total: {
          type: ["integer", "null"],
          format: "int64",
          description: "Rows of all pages; null by cursor, where they are not counted",
        },
        next: {
          type: ["integer", "string", "null"],
          description:
            "What to send for the next page: a number as `page`, text as `cursor`; null on the last page",
        },
      },
      required: ["number", "size", "total", "next"],
    },
    warnings: {
      type: "array",
      items: { type: "string" },
      description: "What the caller should know of the answer, such as that something it named was not found",
    },
  },
  required: ["query", "rows", "rowsRead", "bytesRead", "elapsedMs", "asOf"],
};
