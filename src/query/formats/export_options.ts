import { suggestion } from "../../base/suggestion.ts";
import type { Input } from "../../http/input.ts";
import type { Query } from "../../catalog/query.ts";
import { Problem } from "../../base/problem.ts";
import { tablesOf } from "./export_columns.ts";
import { chooseFormat, type Format, isExport } from "../format.ts";

/** Parameters that say in what form an answer comes. */
const names = ["format", "table", "escapeFormulas"] as const;

/** The form of the answer that the parameters or `Accept` ask for; takes those parameters out of the input. Throws Problem. */
export function readFormat(query: Query, input: Input, accept: string | null): Format {
  const [formats, tables, escapes] = names.map((name) => input.get(name));
  const format = chooseFormat(formats, accept);
  const table = readTable(query, format, tables);
  const escapesFormulas = readEscapes(format, escapes);
  for (const name of names) input.delete(name);
  // without either, it is the same object each time
  if (table === undefined && !escapesFormulas) return format;
  return { ...format, ...(table !== undefined && { table }), ...(escapesFormulas && { escapesFormulas }) };
}

function readTable(query: Query, format: Format, values: unknown[] | undefined): string | undefined {
  if (!values) return;
  const tables = tablesOf(query);
  const [table] = values;
  if (values.length > 1) throw fault("table", "is given more than once");
  if (tables.length === 0) {
    throw fault("table", "is not known here: this answer holds no list that would be one");
  }
  if (typeof table !== "string" || !tables.includes(table)) {
    const near = typeof table === "string" ? suggestion(table.slice(0, 64), tables) : "";
    throw fault("table", `must be one of ${tables.join(", ")}${near}`);
  }
  if (!isExport(format)) throw fault("table", "is for exports: ask for one by format, such as csv");
  return table;
}

function readEscapes(format: Format, values: unknown[] | undefined): boolean {
  if (!values) return false;
  if (values.length > 1) throw fault("escapeFormulas", "is given more than once");
  const [value] = values;
  const isYes = value === true || value === "true";
  if (!isYes && value !== false && value !== "false") throw fault("escapeFormulas", "must be true or false");
  if (isYes && format.name !== "csv") {
    throw fault("escapeFormulas", "is for csv: no other format has text that could be a formula");
  }
  return isYes;
}

function fault(parameter: string, reason: string): Problem {
  return new Problem("invalid-parameter", { detail: `${parameter} ${reason}`, parameter });
}
