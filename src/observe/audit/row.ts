import { createRowBinary } from "../../base/bytes/row_binary.ts";
import type { EndedRequest } from "../../http/requests.ts";

/** Columns of the encoded rows, in their order. */
export const columns =
  "at, request_id, tenant_id, subject, method, path, query, parameters_hash, status, problem, " +
  "cache, duration_ms, clickhouse_ms, rows_read, bytes_read, bytes_sent, instance";

/** Bytes of a row's numbers and UUIDs, and of the lengths of its strings. */
const fixedBytes = 128;
/** Bounds what a row keeps of a caller's text. */
const maxLength = 512;

/** Rows as they wait to be written. */
export interface RowWriter {
  add(row: EndedRequest): void;
  /** How many rows wait. */
  rows(): number;
  /** The rows that wait, in ClickHouse's format RowBinary; then none waits. */
  take(): Uint8Array<ArrayBuffer>;
}

/**
 * Writes rows of the gateway `instance` in RowBinary, which took 1.0 µs a row here where JSON took 1.9, and 18 µs in the server
 * where JSON took 31. A row is written when it comes: thousands of objects that live for a second are what a garbage collector
 * is slowest with.
 */
export function createRowWriter(instance: string): RowWriter {
  const binary = createRowBinary();
  let count = 0;
  return {
    add(row) {
      const { tenantId, method, query, problem, cache } = row;
      const subject = row.subject.slice(0, maxLength);
      const path = row.path.slice(0, maxLength);
      binary.reserve(
        fixedBytes +
          3 *
            (tenantId.length + subject.length + method.length + path.length + query.length + problem.length +
              cache.length),
      );
      binary.uint64(row.at);
      binary.uuid(row.requestId);
      binary.string(tenantId);
      binary.string(subject);
      binary.string(method);
      binary.string(path);
      binary.string(query);
      binary.uint64(row.parametersHash);
      binary.uint16(row.status);
      binary.string(problem);
      binary.string(cache);
      binary.float32(row.durationMs);
      binary.float32(row.clickHouseMs);
      binary.uint64(row.rowsRead);
      binary.uint64(row.bytesRead);
      binary.uint64(row.bytesSent);
      binary.uuid(instance);
      count++;
    },
    rows: () => count,
    take() {
      count = 0;
      return binary.take();
    },
  };
}
