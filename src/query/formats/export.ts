import { collectedBytes } from "../collect.ts";
import type { Query } from "../../catalog/query.ts";
import { type ClickHouse, readSummary } from "../../clickhouse/client.ts";
import type { Answer } from "../answer.ts";
import { contentDisposition } from "./content_disposition.ts";
import { exportBody } from "./export_body.ts";
import { csvColumns, fieldColumns, plainColumns, typedColumns } from "./flat_columns.ts";
import { expectOneRow } from "./one_row.ts";
import { type QueryRun, statementOf } from "../statement.ts";
import { answerXlsx } from "./xlsx.ts";

/** The engine's bytes as they come, as a file. A failure in the middle breaks the connection. */
export async function answerExport(clickHouse: ClickHouse, run: QueryRun): Promise<Answer> {
  const { format } = run;
  const body = format.name === "xlsx"
    ? await answerXlsx(clickHouse, run)
    : await exportBytes(clickHouse, run);
  const headers: Record<string, string> = {
    "content-type": format.isText ? `${format.mediaType}; charset=utf-8` : format.mediaType,
  };
  if (format.extension) headers["content-disposition"] = contentDisposition(fileName(run), format.extension);
  return { headers, body };
}

async function exportBytes(
  clickHouse: ClickHouse,
  run: QueryRun,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { query } = run;
  const statement = statementOf(run);
  const isObject = query.frontMatter.returns === "object";
  const response = await clickHouse({
    ...statement,
    sql: exportSql(run),
    settings: { ...statement.settings, ...(isObject ? { wait_end_of_query: 1 } : heldBack(query)) },
  });
  // a table's rows are those of a list; that there is no object shows in its SQL
  if (isObject && run.format.table === undefined) {
    try {
      expectOneRow(query, readSummary(response).resultRows);
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
  }
  return exportBody(response, run);
}

function exportSql({ query, format: { columns, table, escapesFormulas } }: QueryRun): string {
  if (columns === "typed") return typedColumns(query, table);
  if (columns === "csv") return csvColumns(query, table, escapesFormulas);
  return columns === "fields" ? fieldColumns(query) : plainColumns(query, table);
}

function fileName({ query, format: { table } }: QueryRun): string {
  return table === undefined ? query.name : `${query.name}-${table.replaceAll(".", "-")}`;
}

/** Of what is collected to be kept, nothing is sent before: a failure by then is an honest status of the engine's. */
function heldBack({ frontMatter }: Query): Record<string, number> {
  return frontMatter.cache ? { http_response_buffer_size: collectedBytes } : {};
}
