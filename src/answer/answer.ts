import type { Bound } from "../catalog/bind.ts";
import type { Query } from "../catalog/query.ts";
import { type ClickHouse, readSummary, type Statement } from "../clickhouse/client.ts";
import { jsonSettings } from "../clickhouse/json_schema.ts";
import { escapeString } from "../clickhouse/string_literal.ts";
import { Problem } from "../problem.ts";
import { tenantFilter } from "../tenants/filter.ts";
import type { Format } from "./format.ts";
import { breakOnException } from "./export_stream.ts";
import { type LimitsConfig, limitSettings } from "./limits.ts";
import { readAnswer } from "./read_answer.ts";

/** Everything that one run of a query depends on. */
export interface Run {
  query: Query;
  bound: Bound;
  tenantId: string;
  /** The instant bound as `{now}`. */
  now: Date;
  format: Format;
  /** What bounds it, where the query's header does not. */
  limits: LimitsConfig;
  queryId: string;
  signal: AbortSignal;
  /** Told what the engine said when an answer that has begun cannot be ended. */
  onBroken: (cause: string) => void;
}

const encoder = new TextEncoder();

/** Runs a query and answers in the format asked for. Throws Problem, ClickHouseError, ClickHouseUnreachable. */
export async function answer(clickHouse: ClickHouse, run: Run): Promise<Response> {
  return run.format.name === "json" ? await answerJson(clickHouse, run) : await answerExport(clickHouse, run);
}

/** The instant as `{now}` is bound: to the second, in UTC. */
function clockText(now: Date): string {
  return `${now.toISOString().slice(0, 19).replace("T", " ")}.000`;
}

function statementOf({ query, bound, tenantId, now, queryId, signal, ...run }: Run): Statement {
  const { header } = query;
  const parameters = { ...bound.parameters };
  if (query.bindsTenant) parameters.tenantId = escapeString(tenantId);
  if (query.bindsNow) parameters.now = clockText(now);
  const page = bound.page && { limit: bound.page.size, offset: (bound.page.number - 1) * bound.page.size };
  return {
    sql: query.sql,
    parameters,
    queryId,
    signal,
    settings: {
      ...jsonSettings,
      ...limitSettings(header, run.limits, run.format),
      // only a query that cannot write is stopped when its client closes the connection
      readonly: 2,
      default_format: run.format.clickHouse,
      additional_table_filters: tenantFilter(query.tenantTables, tenantId),
      ...page,
    },
  };
}

/**
 * The envelope `{"data": …, "meta": {…}}` around the engine's own bytes. A list is one printed array; a page also
 * needs the total, which only the Template format prints behind the rows.
 */
async function answerJson(clickHouse: ClickHouse, run: Run): Promise<Response> {
  const { query, bound } = run;
  const statement = statementOf(run);
  const isObject = query.header.returns === "object";
  const response = await clickHouse({
    ...statement,
    settings: {
      ...statement.settings,
      wait_end_of_query: 1,
      ...(bound.page ? pageSettings(query) : { output_format_json_array_of_rows: isObject ? 0 : 1 }),
    },
  });
  const summary = readSummary(response);
  const bytes = await readAnswer(response, summary.resultBytes, run.limits.MAX_RESULT_BYTES, run.signal);
  const { data, total } = bound.page ? splitTotal(bytes) : { data: bytes, total: 0 };
  if (isObject && summary.resultRows === 0) {
    throw new Problem("not-found", { detail: "There is no such thing" });
  }
  if (isObject && summary.resultRows > 1) {
    throw new Problem(
      "broken-query",
      {},
      new Error(`${query.file} returns an object but gave ${summary.resultRows} rows`),
    );
  }
  const meta = {
    query: query.name,
    rows: summary.resultRows,
    rowsRead: summary.readRows,
    bytesRead: summary.readBytes,
    elapsedMs: Math.round(summary.elapsedMs * 1000) / 1000,
    asOf: `${run.now.toISOString().slice(0, 19)}Z`,
    ...(bound.page && { page: { ...bound.page, total } }),
  };
  const body = join(encoder.encode('{"data":'), data, encoder.encode(`,"meta":${JSON.stringify(meta)}}\n`));
  return new Response(body, {
    headers: { "content-type": "application/json; charset=utf-8", "content-length": String(body.length) },
  });
}

/** Prints a page as an array with the total number of rows on a line of its own behind it. */
function pageSettings(query: Query): Record<string, string | number> {
  const fields = query.columns.map(({ name }) => `"${name}":\${${name}:JSON}`);
  return {
    default_format: "Template",
    format_template_row_format: `{${fields.join(",")}}`,
    format_template_rows_between_delimiter: ",\n",
    format_template_resultset_format: "[${data}]\n${rows_before_limit:JSON}",
    exact_rows_before_limit: 1,
  };
}

function splitTotal(bytes: Uint8Array): { data: Uint8Array; total: number } {
  // unlike the JSON formats, Template leaves bytes that are no UTF-8 in strings as they are: this replaces them
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const end = text.lastIndexOf("\n");
  return { data: encoder.encode(text.slice(0, end)), total: Number(text.slice(end + 1)) };
}

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** The engine's bytes as they come. A failure in the middle breaks the connection. */
async function answerExport(clickHouse: ClickHouse, run: Run): Promise<Response> {
  const response = await clickHouse(statementOf(run));
  const tag = response.headers.get("x-clickhouse-exception-tag");
  const report = (cause: string) => run.signal.aborted || run.onBroken(cause);
  return new Response(response.body && breakOnException(response.body, tag, report), {
    headers: { "content-type": `${run.format.mediaType}; charset=utf-8` },
  });
}
