import { maxOffset } from "../bind.ts";
import { printCursor } from "../cursor.ts";
import { cutPage } from "./keyset_page.ts";
import type { PageMeta } from "./meta.ts";
import type { QueryRun } from "../statement.ts";
import { splitLastLine } from "./template.ts";

/** A page's rows as a printed array, and what is told of it, from what ClickHouse printed. */
export function pageOf(
  run: QueryRun,
  { number, size }: { number: number | null; size: number },
  bytes: Uint8Array<ArrayBuffer>,
  resultRows: number,
): { data: Uint8Array; rows: number; page: PageMeta } {
  if (number !== null) {
    const { data, last } = splitLastLine(bytes);
    const total = Number(last);
    const hasNext = number * size < total && (number + 1) * size <= maxOffset;
    return { data, rows: resultRows, page: { number, size, total, next: hasNext ? number + 1 : null } };
  }
  const { data, rows, lastRow } = cutPage(bytes, resultRows, size);
  const next = lastRow ? printCursor(run.query, run.bound.parameters, run.now, lastRow) : null;
  return { data, rows, page: { number, size, total: null, next } };
}
