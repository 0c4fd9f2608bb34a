import { createRowBinary } from "../base/bytes/row_binary.ts";

/** Whose rows they are and where they came from: the columns that all lines of a request share. */
export interface RowSource {
  tenantId: string;
  requestId: string;
  source: string;
  /** Number of the first line, 1 unless given. */
  firstLine?: number;
}

/** Collects lines as rows of a landing table. */
export interface RowEncoder {
  /** Adds the bytes from `start` to `end` as the next line, with what the gateway has against it, if anything. */
  add(bytes: Uint8Array, start: number, end: number, fault?: string): void;
  /** Passes over the numbers of lines that are no rows. */
  skip(lines: number): void;
  /** The rows collected since the last call, in RowBinary. */
  take(): Uint8Array<ArrayBuffer>;
  /** Bytes that the next `take` will return. */
  size(): number;
  /** Lines added so far. */
  lines(): number;
}

/** Columns of the rows, in the order they are encoded. */
export const landingColumns = "tenant_id, request_id, source, line_number, fault, line";

/**
 * Encodes lines as RowBinary, copying each once: the tenant, the request and the source are the same bytes before each.
 */
export function createRowEncoder({ tenantId, requestId, source, firstLine = 1 }: RowSource): RowEncoder {
  const prefix = prefixOf(tenantId, requestId, source);
  const binary = createRowBinary();
  let lines = 0;
  let number = firstLine - 1;
  return {
    add(bytes, start, end, fault = "") {
      binary.reserve(prefix.length + 3 * fault.length + 16 + end - start);
      lines++;
      number++;
      binary.raw(prefix);
      binary.uint32(number);
      binary.string(fault);
      binary.stringOf(bytes, start, end);
    },
    skip: (lines) => void (number += lines),
    take: binary.take,
    size: binary.size,
    lines: () => lines,
  };
}

function prefixOf(tenantId: string, requestId: string, source: string): Uint8Array {
  const binary = createRowBinary(3 * (tenantId.length + source.length) + 32);
  binary.string(tenantId);
  binary.uuid(requestId);
  binary.string(source);
  return binary.take();
}
