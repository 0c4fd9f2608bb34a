import { Problem } from "../problem.ts";

/** A form of the answer: the media type it is asked for and served with, and ClickHouse's name of the format. */
export interface Format {
  name: string;
  mediaType: string;
  clickHouse: string;
}

/** All formats, the default first. */
export const formats: Format[] = [
  { name: "json", mediaType: "application/json", clickHouse: "JSONEachRow" },
  { name: "ndjson", mediaType: "application/x-ndjson", clickHouse: "JSONEachRow" },
  { name: "csv", mediaType: "text/csv", clickHouse: "CSVWithNames" },
];

/**
 * The format that `?format=` names, else the best that `Accept` takes (RFC 9110, section 12.5.1: the highest
 * quality, then our own order). Throws Problem.
 */
export function chooseFormat(named: string[] | undefined, accept: string | null): Format {
  if (named) {
    const format = formats.find(({ name }) => named.length === 1 && name === named[0]);
    if (format) return format;
    const list = formats.map(({ name }) => name).join(", ");
    throw new Problem("invalid-parameter", { detail: `format must be one of ${list}`, parameter: "format" });
  }
  if (!accept || accept === "*/*") return formats[0];
  const ranges = accept.split(",").map(parseRange);
  const ranked = formats.map((format) => ({ format, quality: qualityOf(format.mediaType, ranges) }));
  const best = ranked.reduce((a, b) => b.quality > a.quality ? b : a);
  if (best.quality > 0) return best.format;
  throw new Problem("not-acceptable", {
    detail: `Accept must take one of ${formats.map((f) => f.mediaType).join(", ")}`,
  });
}

interface Range {
  type: string;
  quality: number;
}

function parseRange(text: string): Range {
  const [type, ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="));
  return { type, quality: quality ? Number(quality.slice(2)) || 0 : 1 };
}

/** The quality of the most specific range that covers the media type. */
function qualityOf(mediaType: string, ranges: Range[]): number {
  const covering = [mediaType, `${mediaType.split("/")[0]}/*`, "*/*"];
  for (const type of covering) {
    const range = ranges.find((each) => each.type === type);
    if (range) return range.quality;
  }
  return 0;
}
