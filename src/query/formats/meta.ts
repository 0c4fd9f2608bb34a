import { z } from "@hono/zod-openapi";
import { once } from "../../base/once.ts";

const count = () => z.int().meta({ format: "int64" });

const pageMeta = once(() =>
  z.object({
    number: z.int().nullable().describe("From 1; null by cursor"),
    size: z.int().describe("Most rows of a page"),
    total: count().nullable().describe("Rows of all pages; null by cursor, where they are not counted"),
    next: z.union([z.int(), z.string()]).nullable().meta({
      type: ["integer", "string", "null"],
      description:
        "What to send for the next page: a number as `page`, text as `cursor`; null on the last page",
    }),
  })
);

/** `meta.page` of an answer. */
export type PageMeta = z.infer<ReturnType<typeof pageMeta>>;

/** `meta` of an answer. */
export const metaSchema = once(() =>
  z.object({
    query: z.string(),
    rows: count().describe("Rows in `data`"),
    rowsRead: count().describe("Rows that ClickHouse read: rounded up to 1, 4, 16 … million"),
    bytesRead: count().describe("Bytes that ClickHouse read: rounded up to 16, 64, 256 … million"),
    elapsedMs: z.number().describe("Time that ClickHouse took"),
    asOf: z.iso.datetime().describe("The instant that the query took as now"),
    page: pageMeta().optional().describe("Only of paged queries"),
    warnings: z.array(z.string()).optional().describe(
      "What the caller should know of the answer, such as that something it named was not found",
    ),
  }).describe("Facts of the computation")
);

/** The same as a type. */
export type Meta = z.infer<ReturnType<typeof metaSchema>>;
