// What the tests use of apache-arrow: its own types bring those of Node, which differ from Deno's.

/** A table of an Arrow stream. */
export interface Table {
  numRows: number;
  schema: { fields: { name: string; type: unknown }[] };
  get(row: number): { toJSON(): Record<string, unknown> } | null;
}

/** Reads an Arrow stream or file. */
export function tableFromIPC(bytes: ArrayBuffer): Table;
