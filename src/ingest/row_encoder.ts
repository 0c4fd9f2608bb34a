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
  readonly size: number;
  /** Lines added so far. */
  readonly lines: number;
}

/** Columns of the rows, in the order they are encoded. */
export const landingColumns = "tenant_id, request_id, source, line_number, fault, line";

const text = new TextEncoder();

/**
 * Encodes lines as RowBinary, copying each once: the tenant, the request and the source are the same bytes before
 * each. Source: ClickHouse's RowBinary format (strings after an LEB128 length, integers little-endian, a UUID
 * as its two halves, each little-endian).
 */
export function createRowEncoder({ tenantId, requestId, source, firstLine = 1 }: RowSource): RowEncoder {
  const prefix = new Uint8Array([
    ...binaryString(tenantId),
    ...binaryUuid(requestId),
    ...binaryString(source),
  ]);
  let buffer = new Uint8Array(65_536);
  let size = 0;
  let lines = 0;
  let number = firstLine - 1;

  function add(bytes: Uint8Array, start: number, end: number, fault = ""): void {
    const faultBytes = fault ? binaryString(fault) : noFault;
    const length = end - start;
    reserve(prefix.length + 4 + faultBytes.length + 5 + length);
    buffer.set(prefix, size);
    size += prefix.length;
    lines++;
    number++;
    buffer[size++] = number;
    buffer[size++] = number >>> 8;
    buffer[size++] = number >>> 16;
    buffer[size++] = number >>> 24;
    buffer.set(faultBytes, size);
    size += faultBytes.length;
    let rest = length;
    for (; rest > 127; rest >>>= 7) buffer[size++] = (rest & 127) | 128;
    buffer[size++] = rest;
    buffer.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), size);
    size += length;
  }

  function reserve(more: number): void {
    if (size + more <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, size + more));
    larger.set(buffer.subarray(0, size));
    buffer = larger;
  }

  function take(): Uint8Array<ArrayBuffer> {
    const rows = buffer.subarray(0, size);
    buffer = new Uint8Array(buffer.length);
    size = 0;
    return rows;
  }

  return {
    add,
    skip: (lines) => void (number += lines),
    take,
    get size() {
      return size;
    },
    get lines() {
      return lines;
    },
  };
}

const noFault = new Uint8Array([0]);

function binaryString(string: string): Uint8Array {
  const bytes = text.encode(string);
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return new Uint8Array([...length, rest, ...bytes]);
}

function binaryUuid(uuid: string): Uint8Array {
  const bytes = uuid.replaceAll("-", "").match(/../g)!.map((pair) => parseInt(pair, 16));
  return new Uint8Array([...bytes.slice(0, 8).reverse(), ...bytes.slice(8).reverse()]);
}
