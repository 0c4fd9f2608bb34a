import { tableFromIPC } from "@uwdata/flechette";
import { parquetReadObjects } from "hyparquet";
import readXlsxFile from "read-excel-file/universal";
import { formats } from "../src/query/format.ts";
import { type TestGateway, tokenOf } from "./gateway.ts";

/** What a caller has of an answer: all that may depend on anything but time and the request itself. */
export interface Seen {
  status: number;
  headers: Record<string, string>;
  /** Rows or the problem, as JSON. */
  text: string;
}

/** Fields that tell of the request, of time, or count down with each request. */
const ownFields = ["x-request-id", "server-timing", "date", "ratelimit"];

/** Asks a query in a format. */
export async function askIn(
  gateway: TestGateway,
  tenant: string,
  name: string,
  format: string,
  search: Record<string, string>,
): Promise<Seen> {
  const headers = { authorization: `Bearer ${await tokenOf(tenant, "query cohorts:write")}` };
  const address = `/v1/${name}?${new URLSearchParams({ ...search, format })}`;
  const response = await gateway.fetch(address, undefined, { headers });
  let text: string;
  try {
    const bytes = await response.arrayBuffer();
    text = printed(response.ok ? await decode(format, bytes) : parseProblem(bytes));
  } catch (error) {
    // an export that broke: its reader is told nothing
    text = `broken: ${(error as Error).name}`;
  }
  // the time that it took stands in the envelope, which makes it longer; what is packed is as long as the order of its rows has it
  const isMeasured = response.ok && (format === "ndjson" || format === "csv");
  const left = isMeasured ? ownFields : [...ownFields, "content-length"];
  return {
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([field]) => !left.includes(field))),
    text,
  };
}

/** Asks in every format. */
export async function askInAll(
  gateway: TestGateway,
  tenant: string,
  name: string,
  search: Record<string, string>,
): Promise<Record<string, Seen>> {
  const all = await Promise.all(
    formats.map(async (format) => [format.name, await askIn(gateway, tenant, name, format.name, search)]),
  );
  return Object.fromEntries(all);
}

// deno-lint-ignore no-explicit-any -- any row of any format
type Rows = any;

async function decode(format: string, bytes: ArrayBuffer): Promise<Rows> {
  const text = () => new TextDecoder().decode(bytes);
  switch (format) {
    case "parquet":
      return sorted(await parquetReadObjects({ file: bytes }));
    case "arrow":
      return sorted(tableFromIPC(new Uint8Array(bytes)).toArray());
    case "xlsx":
      return sorted(await readXlsxFile(bytes));
    case "json": {
      const { data, meta } = JSON.parse(text());
      const { elapsedMs: _, ...told } = meta;
      return { data: Array.isArray(data) ? sorted(data) : data, meta: told };
    }
    default:
      return sorted(text().split("\n"));
  }
}

function parseProblem(bytes: ArrayBuffer): Rows {
  const { instance: _, requestId: __, ...problem } = JSON.parse(new TextDecoder().decode(bytes));
  return problem;
}

/** Rows without an order of their own come as the parts lie. */
function sorted(rows: Rows[]): Rows[] {
  return rows.toSorted((a, b) => printed(a) < printed(b) ? -1 : 1);
}

function printed(value: Rows): string {
  return JSON.stringify(value, (_, each) => typeof each === "bigint" ? String(each) : each) ?? "";
}
