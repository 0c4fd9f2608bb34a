import type { FrontMatter } from "../catalog/front_matter.ts";
import type { Config } from "../base/config.ts";
import { type Format, isExport } from "./format.ts";

/** The variables that bound each query whose front matter does not. */
export type LimitsConfig = Pick<
  Config,
  "MAX_QUERY_SECONDS" | "MAX_QUERY_MEMORY_BYTES" | "MAX_QUERY_ROWS" | "MAX_QUERY_BYTES" | "MAX_RESULT_BYTES"
>;

/** The longest time a query may run, in seconds: the front matter's, but never more than the configuration's. */
export function timeoutSeconds(frontMatter: FrontMatter, config: LimitsConfig): number {
  return Math.min(frontMatter.timeout ?? config.MAX_QUERY_SECONDS, config.MAX_QUERY_SECONDS);
}

/** The settings that bound a query: its front matter's, or the configuration's. What passes them fails. */
export function limitSettings(
  frontMatter: FrontMatter,
  config: LimitsConfig,
  format: Pick<Format, "name">,
): Record<string, string | number> {
  const { max_result_rows, max_result_bytes, ...settings } = frontMatter.settings;
  return {
    max_memory_usage: config.MAX_QUERY_MEMORY_BYTES,
    max_rows_to_read: config.MAX_QUERY_ROWS,
    max_bytes_to_read: config.MAX_QUERY_BYTES,
    ...settings as Record<string, string | number>,
    max_execution_time: timeoutSeconds(frontMatter, config),
    timeout_overflow_mode: "throw",
    read_overflow_mode: "throw",
    // an export streams; a JSON answer is held as a whole
    ...(!isExport(format) && {
      max_result_rows: max_result_rows ?? 0,
      max_result_bytes: max_result_bytes ?? config.MAX_RESULT_BYTES,
      result_overflow_mode: "throw",
    }),
  };
}
