import type { Query } from "../catalog/query.ts";
import type { Column } from "../catalog/query_rules.ts";

/** The result column of an object that becomes `meta.warnings`. */
export const warningsColumn = "warnings";

/** The columns that a query's `data` has: all but the warnings. */
export function dataColumns(query: Pick<Query, "columns" | "hasWarnings">): Column[] {
  return query.hasWarnings ? query.columns.filter(({ name }) => name !== warningsColumn) : query.columns;
}

/** Prints the object without its warnings, which follow as a list on a line of their own: the Template format does both. */
export function warningsSettings(query: Query): Record<string, string> {
  const fields = dataColumns(query).map(({ name }) => `"${name}":\${${name}:JSON}`);
  return {
    default_format: "Template",
    format_template_row_format: `{${fields.join(",")}}\n\${${warningsColumn}:JSON}`,
    format_template_rows_between_delimiter: "\n",
    format_template_resultset_format: "${data}",
  };
}

/** Cuts what was printed so; JSON has no bare line end within, so the last one is the seam. */
export function splitWarnings(bytes: Uint8Array): { data: Uint8Array<ArrayBuffer>; warnings: string[] } {
  // unlike the JSON formats, Template leaves bytes that are no UTF-8 in strings as they are: this replaces them
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const end = text.lastIndexOf("\n");
  if (end < 0) return { data: new Uint8Array(), warnings: [] };
  return { data: new TextEncoder().encode(text.slice(0, end)), warnings: JSON.parse(text.slice(end + 1)) };
}
