const newline = 10;
const end = new TextEncoder().encode("\n]\n");

/** The rows of one page by cursor. */
export interface KeysetPage {
  /** A printed array. */
  data: Uint8Array;
  rows: number;
  /** The last row, when there are more after it. Its numbers are text, so that none of their digits is lost. */
  lastRow?: Record<string, unknown>;
}

/**
 * Cuts a page of `size` rows out of a printed array that holds one row more when there are more. ClickHouse prints a
 * row on a line of its own, in which strings have no line ends; only the last two lines are looked at.
 */
export function cutPage(printed: Uint8Array<ArrayBuffer>, rows: number, size: number): KeysetPage {
  if (rows <= size) return { data: printed, rows };
  // `[\n{…},\n{…},\n{…}\n]\n`: the line end before the row too many, then the one before the last row
  const surplus = printed.lastIndexOf(newline, printed.length - end.length - 1);
  const last = printed.lastIndexOf(newline, surplus - 1);
  const data = new Uint8Array(surplus - 1 + end.length);
  data.set(printed.subarray(0, surplus - 1));
  data.set(end, surplus - 1);
  const line = new TextDecoder().decode(printed.subarray(last + 1, surplus - 1));
  return { data, rows: size, lastRow: parseRow(line) };
}

/** Deno, browsers and workerd tell the source of a number to the reviver; TypeScript does not know yet. */
type Reviver = (this: unknown, key: string, value: unknown, context: { source: string }) => unknown;

function parseRow(line: string): Record<string, unknown> {
  const keepDigits: Reviver = (_, value, { source }) => typeof value === "number" ? source : value;
  return JSON.parse(line, keepDigits as (key: string, value: unknown) => unknown);
}
