import { type ClickHouse, readSummary } from "../clickhouse/client.ts";

/** What those who answer a request tell of it to the audit. */
export interface AuditNote {
  parametersHash: bigint;
  /** `hit`, `miss`, `stale`, `bypass`, or empty. */
  cache: string;
  clickHouseMs: number;
  rowsRead: number;
  bytesRead: number;
  /** Bytes of the body, when they are known before it is sent; otherwise they are counted on their way. */
  bytesSent?: number;
}

/** A note that says nothing yet. */
export function newNote(): AuditNote {
  return { parametersHash: 0n, cache: "", clickHouseMs: 0, rowsRead: 0, bytesRead: 0 };
}

/**
 * The client, noting how long ClickHouse took until its answer began and what it had read by then: all of it when the
 * statement has `wait_end_of_query=1`. A streamed export goes on reading; that is not known.
 */
export function measured(clickHouse: ClickHouse, note: AuditNote): ClickHouse {
  return async function measured(statement) {
    const start = performance.now();
    try {
      const response = await clickHouse(statement);
      const { readRows, readBytes } = readSummary(response);
      // 0 is for what was not run: a tenant must not see whether the index left anything to read
      note.rowsRead += Math.max(readRows, 1);
      note.bytesRead += Math.max(readBytes, 1);
      return response;
    } finally {
      note.clickHouseMs += performance.now() - start;
    }
  };
}

/** A hash of bound parameters, equal for equal ones in any order; 0 for none. FNV-1a of UTF-16 units, in two lanes. */
export function hashParameters(parameters: Record<string, string>): bigint {
  const names = Object.keys(parameters).sort();
  if (names.length === 0) return 0n;
  let [high, low] = [0x811c9dc5, 0x9dc5811c];
  for (const name of names) {
    // names are identifiers and values have their NUL escaped, so the text reads in one way only
    const pair = `${name}\0${parameters[name]}\0`;
    for (let i = 0; i < pair.length; i++) {
      const unit = pair.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low ^ (unit + 1), 0x01000193);
    }
  }
  return BigInt(high >>> 0) << 32n | BigInt(low >>> 0);
}
