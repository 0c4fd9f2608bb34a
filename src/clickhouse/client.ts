// The room clickhouse: one client of ClickHouse, its users, its types and exceptions, and the circuit breaker for when it is silent.

import { ClickHouseError, ClickHouseUnreachable } from "./exception.ts";
import { readLines } from "./read_lines.ts";

/** Where ClickHouse is and as whom to ask it. */
export interface ClickHouseOptions {
  url: string;
  user: string;
  password: string;
  database: string;
}

/** One statement to run. */
export interface Statement {
  sql: string;
  /** Bound values by placeholder name, in the text form that `param_…` takes. */
  parameters?: Record<string, string>;
  settings?: Record<string, string | number>;
  queryId?: string;
  /** Stops the statement, in ClickHouse too. */
  signal?: AbortSignal;
  /** It writes: sent a second time, it might write twice. */
  once?: boolean;
  /** Rows of an INSERT; the statement then travels in the address. */
  body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

/** What the engine counted, of `X-ClickHouse-Summary`. */
export interface Summary {
  readRows: number;
  readBytes: number;
  writtenRows: number;
  resultRows: number;
  /** Size of the result in the engine's memory. */
  resultBytes: number;
  elapsedMs: number;
}

/** An answer, as far as it is used: the Response of `fetch` is one. */
export interface Reply extends Pick<Response, "ok" | "status" | "arrayBuffer" | "text"> {
  headers: Pick<Headers, "get" | "has">;
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
}

/** Sends a request that may be sent twice, by HTTP. It throws when there is no answer, or the signal's reason. */
export type Send = (
  url: string,
  request: { method: string; headers: Record<string, string>; body: string; signal?: AbortSignal },
) => Promise<Reply>;

/** The client: one function; its answer's body is ClickHouse's bytes, which the caller reads or cancels. */
export type ClickHouse = (statement: Statement) => Promise<Reply>;

/**
 * Settings that hold for each statement of the gateway. They are stated because their defaults changed
 * between releases (25.8, 26.2, 26.3).
 */
const settings: Record<string, string> = {
  cancel_http_readonly_queries_on_client_close: "1",
  // fetch takes br and gzip: packing costs more than the network between gateway and engine, and holds back the head of an
  // export for a megabyte, after which a failure is an error whose body has all rows so far
  enable_http_compression: "0",
  // this cache has answered for rows of other tenants under changing filters in several releases
  use_query_condition_cache: "0",
  session_timezone: "UTC",
  date_time_input_format: "basic",
  enable_analyzer: "1",
  http_write_exception_in_output_format: "0",
  input_format_null_as_default: "0",
  // a string within JSON stays the string it is, also when it looks like a date
  input_format_try_infer_dates: "0",
  input_format_try_infer_datetimes: "0",
};
/**
 * With `wait_end_of_query` the engine keeps an answer until it is whole: so many bytes of it in memory, and those beyond in a
 * file. The default is 0: a file for each answer, however small.
 */
const heldBytes = 1_048_576;

/**
 * A client for ClickHouse's HTTP interface, over `fetch`; statements that only read go by `sendRead`. The function throws ClickHouseError when the
 * engine refuses, ClickHouseUnreachable when there is none, and the signal's reason when that fires first.
 */
export function createClickHouse(options: ClickHouseOptions, sendRead: Send = fetch): ClickHouse {
  const base = `${options.url.replace(/\/+$/, "")}/?${new URLSearchParams({
    database: options.database,
    ...settings,
  })}`;
  const headers = { "x-clickhouse-user": options.user, "x-clickhouse-key": options.password };

  return async function clickHouse(statement) {
    const { signal, body, sql } = statement;
    signal?.throwIfAborted();
    let url = base;
    if (statement.queryId) url += `&query_id=${encodeURIComponent(statement.queryId)}`;
    if (statement.settings?.wait_end_of_query) url += `&http_response_buffer_size=${heldBytes}`;
    for (const name in statement.settings) url += `&${name}=${encodeURIComponent(statement.settings[name])}`;
    let search = "";
    for (const name in statement.parameters) {
      search += `&param_${name}=${encodeURIComponent(statement.parameters[name])}`;
    }
    // a form of no fields is none to the engine
    const isLong = search !== "" && url.length + search.length > maxUrlLength;
    if (!isLong) url += search;
    if (body || isLong) url += `&query=${encodeURIComponent(sql)}`;
    const response = body || isLong || statement.once
      ? await send(fetch, url, {
        method: "POST",
        headers,
        body: body ?? (isLong ? formOf(statement.parameters) : sql),
        signal,
      })
      : await sendTwice(sendRead, url, { method: "POST", headers, body: sql, signal });
    // An exception with status 200 exists: one that came after the head was sent with wait_end_of_query.
    if (response.ok && !response.headers.has("x-clickhouse-exception-code")) return response;
    const message = await readStart(response, signal);
    const code = response.headers.get("x-clickhouse-exception-code");
    if (code === null && response.status >= 500) {
      throw new ClickHouseUnreachable(`A proxy answers for ClickHouse: ${response.status}`, {
        cause: message,
      });
    }
    throw new ClickHouseError(Number(code ?? 0), message);
  };
}

/** A sign of life that needs no free query slot. The function throws ClickHouseUnreachable, or the signal's reason. */
export function createPing({ url }: Pick<ClickHouseOptions, "url">): (signal: AbortSignal) => Promise<void> {
  const address = `${url.replace(/\/+$/, "")}/ping`;
  return async function ping(signal) {
    const response = await send(fetch, address, { signal });
    await response.body?.cancel();
    if (response.status >= 500) throw new ClickHouseUnreachable(`The ping's answer is ${response.status}`);
  };
}

/** Longest address as it is written here: a parser makes three of each quote, and Deno's fetch takes no more than 64 KiB. */
const maxUrlLength = 20_000;

/** Parameters as a form, which the engine reads like those of the address. Their escaped text has no line ends. */
function formOf(parameters: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const name in parameters) form.set(`param_${name}`, parameters[name]);
  return form;
}

/** A kept-alive connection may turn out closed: a statement that only reads is sent once more. */
async function sendTwice(by: Send, url: string, request: Parameters<Send>[1]): Promise<Reply> {
  try {
    return await send(by, url, request);
  } catch (error) {
    if (!(error instanceof ClickHouseUnreachable) || /refused/i.test(String(error.cause))) throw error;
    return await send(by, url, request);
  }
}

async function send<Request extends { signal?: AbortSignal | null }>(
  by: (url: string, request: Request) => Promise<Reply>,
  url: string,
  request: Request,
): Promise<Reply> {
  try {
    return await by(url, request);
  } catch (error) {
    request.signal?.throwIfAborted();
    throw new ClickHouseUnreachable("Cannot reach ClickHouse", { cause: error });
  }
}

async function readText(response: Reply, signal?: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    throw new ClickHouseUnreachable("ClickHouse left in the middle of an answer", { cause: error });
  }
}

/** Longest message of a failure that is read, in bytes. */
const maxMessageBytes = 65_536;

/** The beginning of a failure's text: behind a proxy its body may be anything. */
async function readStart(response: Reply, signal?: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      const rest = maxMessageBytes - size;
      text += decoder.decode(chunk.subarray(0, rest), { stream: true });
      size += chunk.length;
      if (size >= maxMessageBytes) break;
    }
    return text;
  } catch (error) {
    signal?.throwIfAborted();
    throw new ClickHouseUnreachable("ClickHouse left in the middle of an answer", { cause: error });
  }
}

/** All bytes of an answer; throws ClickHouseUnreachable when it breaks off. */
export async function readBytes(response: Reply, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    signal?.throwIfAborted();
    throw new ClickHouseUnreachable("ClickHouse left in the middle of an answer", { cause: error });
  }
}

/** The lines of an answer, which are not held together; throws ClickHouseUnreachable when it breaks off. */
export async function* linesOf(response: Reply, signal?: AbortSignal): AsyncGenerator<string> {
  if (!response.body) return;
  try {
    yield* readLines(response.body.getReader());
  } catch (error) {
    signal?.throwIfAborted();
    throw new ClickHouseUnreachable("ClickHouse left in the middle of an answer", { cause: error });
  }
}

/** The rows of a small statement of the gateway's own, as objects. */
export async function readRows<Row>(clickHouse: ClickHouse, statement: Statement): Promise<Row[]> {
  const response = await clickHouse({
    ...statement,
    settings: {
      default_format: "JSONEachRow",
      output_format_json_array_of_rows: 1,
      output_format_json_quote_64bit_integers: 0,
      wait_end_of_query: 1,
      ...statement.settings,
    },
  });
  return JSON.parse(await readText(response, statement.signal)) as Row[];
}

/** Runs a statement and drops what it prints. */
export async function run(clickHouse: ClickHouse, statement: Statement): Promise<Summary> {
  const response = await clickHouse(statement);
  await readBytes(response, statement.signal);
  return readSummary(response);
}

/** The engine's counts; exact when the statement ran with `wait_end_of_query=1`. */
export function readSummary(response: Reply): Summary {
  const summary = JSON.parse(response.headers.get("x-clickhouse-summary") ?? "{}");
  return {
    readRows: Number(summary.read_rows ?? 0),
    readBytes: Number(summary.read_bytes ?? 0),
    writtenRows: Number(summary.written_rows ?? 0),
    resultRows: Number(summary.result_rows ?? 0),
    resultBytes: Number(summary.result_bytes ?? 0),
    elapsedMs: Number(summary.elapsed_ns ?? 0) / 1e6,
  };
}
