import type { Column } from "../../catalog/query_rules.ts";

/** A row of these columns as ClickHouse's Template format prints it: a JSON object. */
export function rowTemplate(columns: Column[]): string {
  return `{${columns.map(({ name }) => `"${name}":\${${name}:JSON}`).join(",")}}`;
}

/** Cuts off the last line of what was printed so; JSON has no bare line end within a value. */
export function splitLastLine(bytes: Uint8Array): { data: Uint8Array<ArrayBuffer>; last: string } {
  // unlike the JSON formats, Template leaves bytes that are no UTF-8 in strings as they are: this replaces them
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const end = text.lastIndexOf("\n");
  return { data: new TextEncoder().encode(text.slice(0, Math.max(end, 0))), last: text.slice(end + 1) };
}
