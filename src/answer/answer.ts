import type { Bound } from "../catalog/bind.ts";
import type { Query } from "../catalog/query.ts";
import { type ClickHouse, readBytes, readSummary, type Statement } from "../clickhouse/client.ts";
import { jsonSettings } from "../clickhouse/json_schema.ts";
import { escapeString } from "../clickhouse/string_literal.ts";
import { Problem } from "../problem.ts";
import { tenantFilter } from "../tenants/filter.ts";
import type { Format } from "./format.ts";
import { breakOnException } from "./export_stream.ts";

/** Everything that one run of a query depends on. */
export interface Run {
  query: Query;
  bound: Bound;
  tenantId: string;
  /** The instant bound as `{now}`, a whole second. */
  now: Date;
  format: Format;
  maxSeconds: number;
  queryId: string;
  signal: AbortSignal;
  /** Told what the engine said when an answer that has begun cannot be ended. */
  onBroken: (cause: string) => void;
}

/** An answer: finished bytes, or a stream of them. */
export interface Answer {
  /** Of the answer itself: its type, and how it is called as a file. */
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What it says, without how that was computed; the body if that is all it is. */
  data?: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

/** Runs a query and answers in the format asked for. Throws Problem, ClickHouseError, ClickHouseUnreachable. */
export async function answer(clickHouse: ClickHouse, run: Run): Promise<Answer> {
  return run.format.name === "json" ? await answerJson(clickHouse, run) : await answerExport(clickHouse, run);
}

/** The instant as `{now}` is bound, in UTC. */
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
      ...header.settings as Record<string, string | number>,
      // only a query that cannot write is stopped when its client closes the connection
      readonly: 2,
      max_execution_time: Math.min(header.timeout ?? run.maxSeconds, run.maxSeconds),
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
async function answerJson(clickHouse: ClickHouse, run: Run): Promise<Answer> {
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
  const bytes = await readBytes(response, run.signal);
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
  const page = bound.page && { ...bound.page, total };
  const meta = {
    query: query.name,
    rows: summary.resultRows,
    rowsRead: summary.readRows,
    bytesRead: summary.readBytes,
    elapsedMs: Math.round(summary.elapsedMs * 1000) / 1000,
    asOf: `${run.now.toISOString().slice(0, 19)}Z`,
    ...(page && { page }),
  };
  const body = join(opening, data, encoder.encode(`,"meta":${JSON.stringify(meta)}}\n`));
  return {
    headers: { "content-type": "application/json; charset=utf-8" },
    body,
    data: page
      ? join(data, encoder.encode(JSON.stringify(page)))
      : body.subarray(dataStart, dataStart + data.length),
  };
}

const opening = encoder.encode('{"data":');
const dataStart = opening.length;

/** Prints a page as an array with the total number of rows on a line of its own behind it. */
function pageSettings(query: Query): Record<string, string | number> {
  const fields = query.columns.map(({ name }) => `"${name}":\${${name}:JSON}`);
  return {
    default_format: "Template",
    format_template_row_format: `{${fields.join(",")}}`,
    format_template_rows_between_delimiter: ",\n",
    format_template_resultset_format: "[${data}]\n${rows_before_limit:JSON}",
    exact_rows_before_limit: 1,
    // reading in order of the key stops at the page's end, and then the total is of what was read (seen in 26.7)
    optimize_read_in_order: 0,
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
async function answerExport(clickHouse: ClickHouse, run: Run): Promise<Answer> {
  const response = await clickHouse(statementOf(run));
  const tag = response.headers.get("x-clickhouse-exception-tag");
  const report = (cause: string) => run.signal.aborted || run.onBroken(cause);
  return {
    headers: { "content-type": `${run.format.mediaType}; charset=utf-8` },
    body: response.body ? breakOnException(response.body, tag, report) : new Uint8Array(),
  };
}
