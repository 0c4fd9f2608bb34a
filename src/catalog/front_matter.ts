import { z } from "zod";
import { once } from "../base/once.ts";
import { leastBytes, leastRows } from "../base/figures.ts";
import { textForms } from "./typed_times.ts";
import { frontMatterScope } from "../auth/scope.ts";
import { cachePolicy } from "./cache_policy.ts";
import { type HeadedSql, readHeadedSql } from "./headed_sql.ts";
import { qualityFrontMatterSchema } from "./quality_front_matter.ts";
import { checkWriting } from "./writing_rules.ts";

const value = () =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.union([z.string(), z.number(), z.boolean()])),
    z.record(z.string(), z.unknown()),
  ]);

const parameterEntry = once(() =>
  z.strictObject({
    description: z.string().optional().describe("What the parameter means, for the API reference"),
    example: value().optional().describe(
      "A value that works, for the API reference; one that the type or the bounds refuse is a mistake",
    ),
    default: value().optional().describe("Value taken when the caller sends none"),
    minimum: z.number().optional().describe("Least number taken"),
    maximum: z.number().optional().describe("Greatest number taken"),
    minLength: z.number().int().nonnegative().optional().describe("Fewest characters of a string"),
    maxLength: z.number().int().positive().optional().describe("Most characters of a string"),
    minItems: z.number().int().nonnegative().optional().describe("Fewest elements of a list"),
    maxItems: z.number().int().positive().optional().describe("Most elements of a list"),
    pattern: z.string().optional().describe("Regular expression that a string matches as a whole"),
    replacesNow: z.literal(true).optional().describe(
      "The query does not look at `{now}` when this one is given, and gets 1970 for it; such answers can last for the cache's `ttl`",
    ),
    format: z.enum(["timezone", "date-or-date-time"]).optional().describe(
      "`timezone`: an IANA zone; `date-or-date-time`: ISO 8601, a calendar date or an instant",
    ),
  }).describe("A parameter of the query")
);

const columnEntry = () =>
  z.union([
    z.string().transform((description) => ({ description, format: undefined })),
    z.strictObject({
      description: z.string().optional().describe("What the column means, for the API reference"),
      format: z.enum(textForms).optional().describe(
        "What its text says: `date-time`, an instant of RFC 3339, or `date`, a calendar date; Parquet, Arrow and xlsx hold it as a time",
      ),
    }),
  ], "must be a description, or { description, format }").describe("A column of the result");

/** Addresses below `/v1`: segments in lower case, or `{parameter}`. */
const pathPattern = /^[a-z][a-z0-9_-]*(\/([a-z][a-z0-9_-]*|\{[a-z][A-Za-z0-9]*\}))*$/;

/** The front matter of a query file. Only `summary` is required. */
export const frontMatterSchema = once(() =>
  z.strictObject({
    summary: z.string().min(1).describe("The endpoint in a few words"),
    description: z.string().optional().describe("What a reader of the API reference should know; Markdown"),
    params: z.record(z.string(), parameterEntry()).default({}).describe("By placeholder name"),
    columns: z.record(z.string(), columnEntry()).default({}).describe(
      "Descriptions of result columns, or `{ description, format }`; a nested field is named by its path, such as `summary.openRate`",
    ),
    path: z.string().regex(pathPattern, "must be such as cohorts/{cohortId}/members").optional().describe(
      "Address below `/v1`, when it is not the file's own, such as `cohorts/{cohortId}`; it begins with the same domain",
    ),
    method: z.enum(["POST", "PUT", "PATCH", "DELETE"]).optional().describe(
      "Makes a writing endpoint: the rows of the SELECT are inserted into the table that `into` names",
    ),
    into: z.string().regex(/^[a-z][a-z0-9_]*$/, "must be a table's name").optional().describe(
      "Table of a writing endpoint; the SELECT's columns are named like the table's, without `tenant_id`",
    ),
    returns: z.enum(["list", "object", "none"]).default("list").describe(
      "`list` answers the rows as an array, `object` the single row as an object (no row: 404), `none` is for writing endpoints",
    ),
    page: z.strictObject({
      size: z.number().int().positive().describe("Rows of a page when the caller does not say"),
      max: z.number().int().positive().describe("Most rows of a page"),
    }).optional().describe("Adds the parameters `page` and `pageSize`"),
    cache: cachePolicy().optional().describe(
      "How long an answer is served from the cache: a time such as `1h`, or `{ ttl, fresh, stale }`",
    ),
    cursor: z.record(z.string(), z.string()).refine(
      (keys) => Object.keys(keys).length > 0,
      "it names no column",
    )
      .optional().describe(
        "Adds the parameter `cursor`: by result column, the `Nullable` placeholder that takes its value in the last row of the page before",
      ),
    tenant: z.enum(["none", "compare", "all"]).optional().describe(
      "`none`: the query reads nothing that belongs to a tenant; `compare`: it reads the rows of the tenants in " +
        "`{tenantIds:Array(String)}`; `all`: it reads the rows of all, and needs `scope: admin`",
    ),
    scope: frontMatterScope.optional().describe(
      "Scope that the query needs in place of `query`, such as `admin`",
    ),
    timeout: z.number().positive().optional().describe("Longest time the query may run, in seconds"),
    settings: z.strictObject({
      max_threads: z.number().int().positive().optional(),
      max_memory_usage: z.number().int().positive().optional(),
      // whether a lower one is met would tell what other tenants hold
      max_rows_to_read: z.number().int().min(leastRows).optional(),
      max_bytes_to_read: z.number().int().min(leastBytes).optional(),
      max_result_rows: z.number().int().positive().optional(),
      max_result_bytes: z.number().int().positive().optional(),
      join_use_nulls: z.union([z.literal(0), z.literal(1)]).optional(),
      join_algorithm: z.string().regex(/^[a-z_,]+$/).optional(),
    }).default({}).describe("ClickHouse settings sent with the query"),
  }).refine(({ page, returns }) => !page || returns === "list", {
    path: ["page"],
    message: "an object has no pages",
  }).refine(({ page, cursor }) => page || !cursor, {
    path: ["cursor"],
    message: "a query with a cursor has pages",
  }).superRefine(checkWriting).describe("Front matter of a Sluice query file")
);

/** The checked front matter. */
export type FrontMatter = z.infer<ReturnType<typeof frontMatterSchema>>;

/** What one parameter's entry says. */
export type ParameterEntry = z.infer<ReturnType<typeof parameterEntry>>;

/** A query file taken apart. */
export type QuerySource = HeadedSql<FrontMatter>;

/** Splits a query file into its front matter and its SQL. Throws QueryFileError. */
export function readFrontMatter(file: string, text: string): QuerySource {
  return readHeadedSql(frontMatterSchema(), file, text, {
    keys: Object.keys(qualityFrontMatterSchema().shape),
    hint: "; it is a key of quality checks, sql/quality/<domain>/<check>.sql",
  });
}
