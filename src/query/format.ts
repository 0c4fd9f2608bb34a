import { Problem } from "../base/problem.ts";
import { readQualities } from "../http/qualities.ts";

/** A form of the answer. */
export interface Format {
  name: string;
  /** What it is asked for and served with. */
  mediaType: string;
  /** ClickHouse's name of the format. */
  clickHouse: string;
  /** Ending of the file's name; JSON has none. */
  extension?: string;
  isText: boolean;
  /** ClickHouse's settings for it. */
  settings?: Record<string, string | number>;
  /**
   * How the query's columns are laid out: `typed` with types that Parquet and Arrow have, `csv` with named tuples as columns and
   * other nested values as JSON, `fields` an object without its lists; as they are where nothing is said.
   */
  columns?: "typed" | "csv" | "fields";
  /** The list in the answer that the caller wants as rows. */
  table?: string;
  /** Whether text that a program for sheets would take for a formula is marked as text. */
  escapesFormulas?: boolean;
}

/** Whether the answer is an export: rows alone, streamed, without the envelope of JSON. */
export function isExport({ name }: Pick<Format, "name">): boolean {
  return name !== "json";
}

/**
 * All formats, the default first. Arrow is the stream and not the file: a stream has no end to seek, so it can be
 * read as it comes. Parquet is packed by Snappy and Arrow not at all, since each reader takes these: ClickHouse's
 * defaults, Zstandard and LZ4, many do not (arrow-js, hyparquet and older Excel among them).
 */
export const formats: Format[] = [
  { name: "json", mediaType: "application/json", clickHouse: "JSONEachRow", isText: true },
  {
    name: "ndjson",
    mediaType: "application/x-ndjson",
    clickHouse: "JSONEachRow",
    extension: "ndjson",
    isText: true,
  },
  {
    name: "csv",
    mediaType: "text/csv",
    clickHouse: "CSVWithNames",
    extension: "csv",
    isText: true,
    columns: "csv",
    // readers take an empty field for one without a value; empty text is in quotes
    settings: { format_csv_null_representation: "" },
  },
  {
    name: "parquet",
    mediaType: "application/vnd.apache.parquet",
    clickHouse: "Parquet",
    extension: "parquet",
    isText: false,
    columns: "typed",
    settings: {
      output_format_parquet_compression_method: "snappy",
      output_format_parquet_string_as_string: 1,
      output_format_parquet_fixed_string_as_fixed_byte_array: 0,
      output_format_parquet_datetime_as_uint32: 0,
      output_format_parquet_date_as_uint16: 0,
      // a row group is held in memory until it is whole, there and by its reader
      output_format_parquet_row_group_size: 250_000,
      output_format_parquet_row_group_size_bytes: 67_108_864,
    },
  },
  {
    name: "arrow",
    mediaType: "application/vnd.apache.arrow.stream",
    clickHouse: "ArrowStream",
    extension: "arrows",
    isText: false,
    columns: "typed",
    settings: {
      output_format_arrow_compression_method: "none",
      output_format_arrow_string_as_string: 1,
      output_format_arrow_fixed_string_as_fixed_byte_array: 0,
      output_format_arrow_low_cardinality_as_dictionary: 0,
      output_format_arrow_date_as_uint16: 0,
    },
  },
  {
    name: "xlsx",
    mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    clickHouse: "JSONCompactEachRow",
    extension: "xlsx",
    isText: false,
  },
];

/**
 * The format that `?format=` names, else the best that `Accept` takes (RFC 9110, section 12.5.1: the highest
 * quality, then our own order). Throws Problem.
 */
export function chooseFormat(named: unknown[] | undefined, accept: string | null): Format {
  if (named) {
    const format = formats.find(({ name }) => named.length === 1 && name === named[0]);
    if (format) return format;
    const list = formats.map(({ name }) => name).join(", ");
    throw new Problem("invalid-parameter", { detail: `format must be one of ${list}`, parameter: "format" });
  }
  if (!accept || accept === "*/*") return formats[0];
  const accepted = readQualities(accept);
  const ranked = formats.map((format) => ({ format, quality: qualityOf(format.mediaType, accepted) }));
  const best = ranked.reduce((a, b) => b.quality > a.quality ? b : a);
  if (best.quality > 0) return best.format;
  throw new Problem("not-acceptable", {
    detail: `Accept must take one of ${formats.map((f) => f.mediaType).join(", ")}`,
  });
}

/** The quality of the most specific range that covers the media type. */
function qualityOf(mediaType: string, accepted: Map<string, number>): number {
  return accepted.get(mediaType) ?? accepted.get(`${mediaType.split("/")[0]}/*`) ?? accepted.get("*/*") ?? 0;
}
