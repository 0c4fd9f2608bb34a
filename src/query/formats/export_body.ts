import type { Reply } from "../../clickhouse/transport.ts";
import { breakOnException } from "./export_stream.ts";
import type { QueryRun } from "../statement.ts";

/** ClickHouse's bytes of a run; when they break, the log is told, unless it is because their reader left. */
export function exportBody(response: Reply, run: QueryRun): ReadableStream<Uint8Array<ArrayBuffer>> {
  const tag = response.headers.get("x-clickhouse-exception-tag");
  const body = response.body ?? new Blob().stream();
  return breakOnException(body, tag, (cause) => run.signal.aborted || run.onBroken(cause));
}
