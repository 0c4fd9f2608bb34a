// The room clickhouse: one client of ClickHouse, its users, its types and exceptions, and the circuit breaker for when it is silent.

import { createExec } from "./client_web.ts";
import { ClickHouseError, ClickHouseUnreachable } from "./exception.ts";
import { readLines } from "./read_lines.ts";
import type { Reply, Transport } from "./transport.ts";

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
 * A client for ClickHouse's HTTP interface, over `exec` of `@clickhouse/client-web`, whose requests go by `transport`; rows and long
 * parameters, for which `exec` has no way on the web, go by `fetch` beside it. The function throws ClickHouseError when the engine refuses,
 * ClickHouseUnreachable when there is none, and the signal's reason when that fires first.
 */
export function createClickHouse(options: ClickHouseOptions, transport: Transport = fetch): ClickHouse {
  const address = new URL(options.url);
  const [username, password] = [utf8(options.user), utf8(options.password)];
  const stated = { database: options.database, ...settings };
  const exec = createExec(address, username, password, stated, transport);
  const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}` };

  /** Sends rows, or parameters as a form; the statement is in the address. */
  async function post(statement: Statement): Promise<Reply> {
    const search = new URLSearchParams({ ...stated, query: statement.sql });
    for (const name in statement.settings) search.set(name, String(statement.settings[name]));
    if (statement.queryId) search.set("query_id", statement.queryId);
    if (statement.body) setParameters(search, statement.parameters);
    const body = statement.body ?? setParameters(new FormData(), statement.parameters);
    const url = `${address.origin}${address.pathname}?${search}`;
    // Node's fetch takes no stream without `duplex`
    const request = { method: "POST", headers, body, signal: statement.signal, duplex: "half" };
    return await fetch(url, request);
  }

  async function ask(statement: Statement): Promise<Reply> {
    const { sql: query, queryId: query_id, signal: abort_signal, parameters } = statement;
    abort_signal?.throwIfAborted();
    const clickhouse_settings = { ...statement.settings };
    if (clickhouse_settings.wait_end_of_query) clickhouse_settings.http_response_buffer_size = heldBytes;
    try {
      if (statement.body || isLong(parameters)) {
        return await post({ ...statement, settings: clickhouse_settings });
      }
      for (const name in parameters) clickhouse_settings[`param_${name}`] = parameters[name];
      return await exec({ query, query_id, abort_signal, clickhouse_settings });
    } catch (error) {
      abort_signal?.throwIfAborted();
      throw new ClickHouseUnreachable("Cannot reach ClickHouse", { cause: error });
    }
  }

  /** A kept-alive connection may turn out closed: a statement that only reads is sent once more. */
  async function askTwice(statement: Statement): Promise<Reply> {
    try {
      return await ask(statement);
    } catch (error) {
      if (!(error instanceof ClickHouseUnreachable) || /refused/i.test(String(error.cause))) throw error;
      return await ask(statement);
    }
  }

  return async function clickHouse(statement) {
    const response = await (statement.once || statement.body ? ask(statement) : askTwice(statement));
    // An exception with status 200 exists: one that came after the head was sent with wait_end_of_query.
    if (response.ok && !response.headers.has("x-clickhouse-exception-code")) return response;
    const message = await readStart(response, statement.signal);
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
    const response = await fetch(address, { signal }).catch((error) => {
      signal.throwIfAborted();
      throw new ClickHouseUnreachable("Cannot reach ClickHouse", { cause: error });
    });
    await response.body?.cancel();
    if (response.status >= 500) throw new ClickHouseUnreachable(`The ping's answer is ${response.status}`);
  };
}

/** Most characters of parameters in an address: each may become nine there, and Deno's fetch takes no more than 64 KiB. */
const maxParameterChars = 6_000;

function isLong(parameters: Record<string, string> = {}): boolean {
  let chars = 0;
  for (const name in parameters) chars += parameters[name].length;
  return chars > maxParameterChars;
}

/** Sets the parameters, whose escaped text has no line ends: a form reads as it was written. */
function setParameters<Target extends FormData | URLSearchParams>(
  target: Target,
  parameters: Record<string, string> = {},
): Target {
  for (const name in parameters) target.set(`param_${name}`, parameters[name]);
  return target;
}

/** The text's bytes as characters: what Basic credentials are made of (RFC 7617), and all that `btoa` takes. */
function utf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
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
