import { concat } from "../../base/bytes/concat.ts";
import type { Answer } from "../answer.ts";
import type { Query } from "../../catalog/query.ts";
import { type ClickHouse, readSummary } from "../../clickhouse/client.ts";
import { coarseFigures } from "../../base/figures.ts";
import type { Meta } from "./meta.ts";
import { expectOneRow } from "./one_row.ts";
import { pageOf } from "./page.ts";
import { readAnswer } from "./read_answer.ts";
import { type QueryRun, statementOf } from "../statement.ts";
import { rowTemplate } from "./template.ts";
import { splitWarnings, warningsSettings } from "./warnings.ts";

const encoder = new TextEncoder();

/**
 * The envelope `{"data": …, "meta": {…}}` around the engine's own bytes. A list is one printed array, and so is a page
 * by cursor; a numbered page also needs the total, which only the Template format prints after the rows.
 */
export async function answerJson(clickHouse: ClickHouse, run: QueryRun): Promise<Answer> {
  const { query, bound } = run;
  const statement = statementOf(run);
  const isObject = query.frontMatter.returns === "object";
  const { page } = bound;
  const isNumbered = page !== undefined && page.number !== null;
  const response = await clickHouse({
    ...statement,
    settings: {
      ...statement.settings,
      wait_end_of_query: 1,
      ...(isNumbered ? pageSettings(query) : { output_format_json_array_of_rows: isObject ? 0 : 1 }),
      ...(query.hasWarnings && warningsSettings(query)),
      // one row more than the page has tells whether there is a next one
      ...(page && !isNumbered && { limit: page.size + 1 }),
    },
  });
  const summary = readSummary(response);
  const printed = await readAnswer(response, summary.resultBytes, run.limits.MAX_RESULT_BYTES, run.signal);
  const { data: bytes, warnings } = query.hasWarnings
    ? splitWarnings(printed)
    : { data: printed, warnings: [] };
  if (isObject) expectOneRow(query, summary.resultRows);
  const { data, rows, page: told } = page
    ? pageOf(run, page, bytes, summary.resultRows)
    : { data: bytes, rows: summary.resultRows, page: undefined };
  const figures = {
    rowsRead: summary.readRows,
    bytesRead: summary.readBytes,
    elapsedMs: Math.round(summary.elapsedMs * 1000) / 1000,
  };
  const meta: Meta = {
    query: query.name,
    rows,
    ...(run.isExact ? figures : coarseFigures(figures)),
    asOf: `${run.now.toISOString().slice(0, 19)}Z`,
    ...(told && { page: told }),
    ...(warnings.length > 0 && { warnings }),
  };
  const body = concat([opening, data, encoder.encode(`,"meta":${JSON.stringify(meta)}}\n`)]);
  // what stands in meta and yet is a part of what the answer says; a cursor itself differs each second
  const more = told
    ? String(told.total ?? told.next === null)
    : warnings.length
    ? JSON.stringify(warnings)
    : "";
  return {
    headers: { "content-type": "application/json; charset=utf-8" },
    body,
    data: more ? concat([data, encoder.encode(more)]) : body.subarray(dataStart, dataStart + data.length),
  };
}

const opening = encoder.encode('{"data":');
const dataStart = opening.length;

/** Prints a page as an array with the total number of rows on a line of its own after it. */
function pageSettings(query: Query): Record<string, string | number> {
  return {
    default_format: "Template",
    format_template_row_format: rowTemplate(query.columns),
    format_template_rows_between_delimiter: ",\n",
    format_template_resultset_format: "[${data}]\n${rows_before_limit:JSON}",
    exact_rows_before_limit: 1,
    // reading in order of the key stops at the page's end, and then the total is of what was read (seen in 26.7)
    optimize_read_in_order: 0,
  };
}
