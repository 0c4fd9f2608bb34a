import { maxOffset } from "../catalog/bind.ts";
import { printCursor } from "./cursor.ts";
import { cutPage } from "./keyset_page.ts";
import type { Run } from "./statement.ts";

/** `meta.page` of an answer. */
export interface PageMeta {
  /** From 1; null by cursor. */
  number: number | null;
  size: number;
  /** Rows of all pages; null by cursor, where nothing counts them. */
  total: number | null;
  /** What to send as `page`, or as `cursor`, for the next one; null on the last. */
  next: number | string | null;
}

const encoder = new TextEncoder();

/** A page's rows as a printed array, and what is told of it, from what ClickHouse printed. */
export function pageOf(
  run: Run,
  { number, size }: { number: number | null; size: number },
  bytes: Uint8Array<ArrayBuffer>,
  resultRows: number,
): { data: Uint8Array; rows: number; page: PageMeta } {
  if (number !== null) {
    const { data, total } = splitTotal(bytes);
    const hasNext = number * size < total && (number + 1) * size <= maxOffset;
    return { data, rows: resultRows, page: { number, size, total, next: hasNext ? number + 1 : null } };
  }
  const { data, rows, lastRow } = cutPage(bytes, resultRows, size);
  const next = lastRow ? printCursor(run.query, run.bound.parameters, run.now, lastRow) : null;
  return { data, rows, page: { number, size, total: null, next } };
}

function splitTotal(bytes: Uint8Array): { data: Uint8Array; total: number } {
  // unlike the JSON formats, Template leaves bytes that are no UTF-8 in strings as they are: this replaces them
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const end = text.lastIndexOf("\n");
  return { data: encoder.encode(text.slice(0, end)), total: Number(text.slice(end + 1)) };
}
