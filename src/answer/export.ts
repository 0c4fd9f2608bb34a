import type { ClickHouse } from "../clickhouse/client.ts";
import type { Answer } from "./answer.ts";
import { contentDisposition } from "./content_disposition.ts";
import { exportBody } from "./export_body.ts";
import { typedColumns } from "./flat_columns.ts";
import { type Run, statementOf } from "./statement.ts";
import { answerXlsx } from "./xlsx.ts";

/** The engine's bytes as they come, as a file. A failure in the middle breaks the connection. */
export async function answerExport(clickHouse: ClickHouse, run: Run): Promise<Answer> {
  const { format, query } = run;
  const body = format.name === "xlsx"
    ? await answerXlsx(clickHouse, run)
    : await exportBytes(clickHouse, run);
  const headers: Record<string, string> = {
    "content-type": format.isText ? `${format.mediaType}; charset=utf-8` : format.mediaType,
  };
  if (format.extension) headers["content-disposition"] = contentDisposition(query.name, format.extension);
  return { headers, body };
}

async function exportBytes(
  clickHouse: ClickHouse,
  run: Run,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const statement = statementOf(run);
  const sql = run.format.isTyped ? typedColumns(run.query) : statement.sql;
  return exportBody(await clickHouse({ ...statement, sql }), run);
}
