import { ClickHouseLogLevel, createClient } from "@clickhouse/client-web";
import type { Reply, TextRequest, Transport } from "./transport.ts";

/** A statement as `exec` takes it; parameters are settings whose names begin with `param_`. */
export interface ExecOptions {
  query: string;
  query_id?: string;
  clickhouse_settings: Record<string, string | number>;
  abort_signal?: AbortSignal;
}

/** The longest time a timer takes, in ms: 0 times out at once. Callers bring signals of their own. */
const neverMs = 2 ** 31 - 1;

/**
 * `exec` of `@clickhouse/client-web`, which makes the request; the answer comes as the transport gives it, whatever its status. It
 * throws what the transport throws. What the library does besides, and why it is kept from it: docs/decisions/clickhouse-client.md.
 */
export function createExec(
  address: URL,
  username: string,
  password: string,
  settings: Record<string, string>,
  transport: Transport,
): (options: ExecOptions) => Promise<Reply> {
  const client = createClient({
    url: address.origin,
    // within the URL it would be the database
    pathname: address.pathname,
    username,
    password,
    clickhouse_settings: settings,
    request_timeout: neverMs,
    // fetch's `keepalive`, by which a page outlives its requests: it bounds their bodies
    keep_alive: { enabled: false },
    log: { level: ClickHouseLogLevel.OFF },
    fetch: (url, request) => outcomeOf(transport(url as string, request as TextRequest)),
  });

  return async function exec({ abort_signal: signal, ...options }) {
    const { stream } = await client.exec({ ...options, abort_signal: signal && followed(signal) });
    const outcome = stream as unknown as Reply | Thrown;
    if (outcome instanceof Thrown) throw outcome.error;
    return outcome;
  };
}

/** What the transport threw. Thrown through the library, its text would meet a regular expression that backtracks for seconds. */
class Thrown {
  constructor(readonly error: unknown) {}
}

const noHeaders = new Headers();

/**
 * The answer, or what was thrown, as the body of a Response that the library looks no further into: it would copy each header, make
 * an endless stream of an answer without a body, and read that of an error without a limit.
 */
async function outcomeOf(answer: Promise<Reply>): Promise<Response> {
  const body = await answer.catch((error) => new Thrown(error));
  return { status: 200, headers: noHeaders, body } as unknown as Response;
}

/** A signal of its own for each call: the library sets `onabort`, so that of two calls with one signal only the last would stop. */
function followed(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller.signal;
}
