import type { RowEncoder } from "../../ingest/row_encoder.ts";
import { csvRecords } from "./lines.ts";

const newline = 0x0a;
const text = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The names in the first record, where it ends, and its lines. Throws when there are none, or two are alike. */
export function csvHeader(path: string, bytes: Uint8Array): { names: string[]; end: number; lines: number } {
  const end = recordEnd(bytes, 0);
  const fields = fieldsOf(textOf(bytes, 0, end) ?? "");
  const names = typeof fields === "string" ? [] : fields.map((name) => name ?? "");
  if (names.length === 0 || names.includes("") || new Set(names).size < names.length) {
    throw new Error(`Cannot read ${path}: its first line must name each column, each differently`);
  }
  return { names, end, lines: newlinesWithin(bytes, 0, end) + 1 };
}

/**
 * Adds records of CSV as JSON objects; an empty field is absent, as is \N, ClickHouse's null. One that cannot be read is
 * added as it is, with the reason; a blank one is none.
 */
export function addCsv(rows: RowEncoder, names: string[], bytes: Uint8Array, maxLineBytes: number): void {
  const keys = names.map((name) => `${JSON.stringify(name)}:`);
  for (let start = 0; start < bytes.length;) {
    const end = recordEnd(bytes, start);
    const record = textOf(bytes, start, end);
    const fields = record === undefined ? "Line is not valid UTF-8" : fieldsOf(record);
    if (end - start > maxLineBytes) {
      rows.add(bytes, start, start + 1024, `The line is longer than ${maxLineBytes} bytes`);
    } else if (typeof fields === "string") {
      rows.add(bytes, start, end, fields);
    } else if (record?.trim() === "") {
      rows.skip(1);
    } else if (fields.length !== names.length) {
      const count = `${fields.length} ${fields.length === 1 ? "field" : "fields"}`;
      rows.add(bytes, start, end, `Line has ${count}, the first line names ${names.length}`);
    } else {
      const line = text.encode(objectOf(keys, fields));
      rows.add(line, 0, line.length);
    }
    rows.skip(newlinesWithin(bytes, start, end));
    start = end;
  }
}

function objectOf(keys: string[], fields: (string | undefined)[]): string {
  let object = "";
  for (let i = 0; i < keys.length; i++) {
    const field = fields[i];
    if (field) object += `${object ? "," : "{"}${keys[i]}${JSON.stringify(field)}`;
  }
  return object ? `${object}}` : "{}";
}

/** After the line break that ends the record. */
function recordEnd(bytes: Uint8Array, start: number): number {
  const records = csvRecords();
  let end = start;
  while (end < bytes.length && !records.endsWith(bytes[end])) end++;
  return Math.min(end + 1, bytes.length);
}

/** Line breaks before the one at its end. */
function newlinesWithin(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = bytes.indexOf(newline, start); i >= 0 && i < end - 1; i = bytes.indexOf(newline, i + 1)) {
    count++;
  }
  return count;
}

function textOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** The fields of a record, undefined where there is nothing; or what is wrong with it. Space around plain ones is dropped. */
function fieldsOf(record: string): (string | undefined)[] | string {
  const line = record.replace(/\r?\n$/, "");
  if (!line.includes('"')) return line.split(",").map(plain);
  const fields: (string | undefined)[] = [];
  for (let at = 0;;) {
    if (line[at] === '"') {
      let end = line.indexOf('"', at + 1);
      while (end >= 0 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
      if (end < 0) return "Line has a quote without an end";
      fields.push(line.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < line.length && line[at] !== ",") return "Line has text after a closing quote";
    } else {
      const end = line.indexOf(",", at);
      fields.push(plain(line.slice(at, end < 0 ? line.length : end)));
      at = end < 0 ? line.length : end;
    }
    if (at >= line.length) return fields;
    at++;
  }
}

function plain(field: string): string | undefined {
  const trimmed = field.trim();
  return trimmed === "" || trimmed === "\\N" ? undefined : trimmed;
}
