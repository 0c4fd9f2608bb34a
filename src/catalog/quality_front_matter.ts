import { z } from "zod";
import { once } from "../base/once.ts";
import { duration } from "./cache_policy.ts";

/** What a check may look for. */
export const qualityKinds = [
  "nulls",
  "duplicates",
  "ranges",
  "formats",
  "references",
  "completeness",
  "freshness",
  "balance",
] as const;

const minuteMs = 60_000;

/** The front matter of a quality check, whose query returns the rows at fault. */
export const qualityFrontMatterSchema = once(() =>
  z.strictObject({
    summary: z.string().min(1).max(200).describe(
      "What is true of every row when the check passes, in a sentence",
    ),
    description: z.string().optional().describe("Why it matters, and what to do about rows at fault"),
    table: z.string().regex(/^[a-z][a-z0-9_]*$/, "must be a table's name").describe(
      "Table whose score the check counts for; the query reads it",
    ),
    kind: z.enum(qualityKinds).describe(
      "What is looked for: `nulls`, `duplicates`, `ranges`, `formats`, `references`, `completeness`, `freshness` or `balance`",
    ),
    severity: z.enum(["error", "warning"]).default("error").describe(
      "`error` fails `deno task quality` and alerts; `warning` only shows",
    ),
    minimumRows: z.number().int().min(1, "must be 1 or more: zero rows examined never pass").default(1)
      .describe(
        "With fewer rows examined of a tenant the check fails; `1` by default, so that an empty table never passes",
      ),
    threshold: z.number().min(0, "must be from 0 to below 1").lt(1, "must be from 0 to below 1").default(0)
      .describe(
        "Share of the rows examined that may be at fault, such as `0.01`; none by default",
      ),
    schedule: z.string().default("1h").pipe(duration()).refine((ms) => ms >= minuteMs, "must be at least 1m")
      .describe(
        "How often it runs, such as `10m`, `1h` (the default) or `1d`; one of all gateways runs it",
      ),
    timeout: z.number().positive().max(300).default(60).describe(
      "Longest time it may run, in seconds; `60` by default, and 300 at most",
    ),
  }).describe("Front matter of a quality check")
);

/** The checked front matter; `schedule` is in milliseconds. */
export type QualityFrontMatter = z.infer<ReturnType<typeof qualityFrontMatterSchema>>;
