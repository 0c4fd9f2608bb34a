import type { Query } from "../../catalog/query.ts";
import { type Column, warningsColumn } from "../../catalog/query_rules.ts";
import { rowTemplate, splitLastLine } from "./template.ts";

/** The columns that a query's `data` has: all but the warnings. */
export function dataColumns(query: Pick<Query, "columns" | "hasWarnings">): Column[] {
  return query.hasWarnings ? query.columns.filter(({ name }) => name !== warningsColumn) : query.columns;
}

/** Prints the object without its warnings, which follow as a list on a line of their own: the Template format does both. */
export function warningsSettings(query: Query): Record<string, string> {
  return {
    default_format: "Template",
    format_template_row_format: `${rowTemplate(dataColumns(query))}\n\${${warningsColumn}:JSON}`,
    format_template_rows_between_delimiter: "\n",
    format_template_resultset_format: "${data}",
  };
}

/** Cuts what was printed so. */
export function splitWarnings(bytes: Uint8Array): { data: Uint8Array<ArrayBuffer>; warnings: string[] } {
  const { data, last } = splitLastLine(bytes);
  return { data, warnings: last === "" ? [] : JSON.parse(last) };
}
