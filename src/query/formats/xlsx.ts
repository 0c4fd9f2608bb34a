import { writeXlsxStream } from "hucre/xlsx";
import { type ClickHouse, readSummary } from "../../clickhouse/client.ts";
import { Problem } from "../../base/problem.ts";
import { exportBody } from "./export_body.ts";
import { sheetColumns, sheetSql } from "./flat_columns.ts";
import { readLines } from "../../clickhouse/read_lines.ts";
import { expectOneRow } from "./one_row.ts";
import { type QueryRun, statementOf } from "../statement.ts";
import { type Cell, cellType } from "./xlsx_cell.ts";

/** Rows of a sheet below its header. Source: Excel's specifications and limits. */
const maxRows = 1_048_575;
/** Bytes that ClickHouse may hold of a sheet's rows until they are read. */
const maxBytes = 1_073_741_824;

/**
 * The rows as a workbook of one sheet. ClickHouse holds them (in a file when they are many) until the query has
 * ended, so that a sheet which would not take them is refused before it begins; then they stream. Throws Problem.
 */
export async function answerXlsx(
  clickHouse: ClickHouse,
  run: QueryRun,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const statement = statementOf(run);
  const response = await clickHouse({
    ...statement,
    sql: sheetSql(run.query, run.format.table),
    settings: {
      limit: maxRows + 1,
      ...statement.settings,
      wait_end_of_query: 1,
      max_result_bytes: maxBytes,
      result_overflow_mode: "throw",
    },
  });
  try {
    checkRows(run, readSummary(response).resultRows);
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
  return writeSheet(run, exportBody(response, run));
}

function checkRows({ query, format }: QueryRun, rows: number): void {
  if (query.frontMatter.returns === "object" && format.table === undefined) expectOneRow(query, rows);
  if (rows > maxRows) {
    throw new Problem("query-too-large", {
      detail: `A sheet of xlsx holds at most ${maxRows} rows, and these are more; ask for csv or parquet`,
      limit: maxRows,
    });
  }
}

/** A workbook of the lines of a JSONCompactEachRow; when its reader leaves, the lines' source is left, too. */
function writeSheet(
  { query, format: { table } }: QueryRun,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = body.getReader();
  const columns = sheetColumns(query, table);
  const types = columns.map(({ type, path }) => cellType(type, query.frontMatter.columns[path]?.format));
  async function* rows(): AsyncGenerator<Cell[]> {
    for await (const line of readLines(source)) {
      const values = JSON.parse(line) as unknown[];
      yield values.map((value, i) => types[i].toCell(value));
    }
  }
  const sheet = writeXlsxStream(rows(), {
    name: sheetName(table ?? query.name),
    columns: columns.map(({ name }, i) => ({ header: name, numFmt: types[i].numFmt })),
    freezePane: { rows: 1 },
  }).getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await sheet.read();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    async cancel(reason) {
      await Promise.allSettled([source.cancel(reason), sheet.cancel(reason)]);
    },
  }, { highWaterMark: 0 });
}

/** A sheet's name has at most 31 characters, and no slash or brackets. */
function sheetName(queryName: string): string {
  return queryName.replaceAll(/[^A-Za-z0-9_-]+/g, " ").trim().slice(0, 31);
}
