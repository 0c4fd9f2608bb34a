import { keptBytes, skipSpace, skipSpaceBack, tooLong } from "../line.ts";
import { splitJson, splitLines } from "../split.ts";

/** One line of a message: bytes of its payload, and what is wrong with them as such. */
export interface MessageLine {
  bytes: Uint8Array;
  start: number;
  end: number;
  fault: string;
}

/** Lines have numbers of 16 bits within their message. */
export const maxLines = 65_535;

const newline = 0x0a;
const openList = 0x5b;
const openObject = 0x7b;
const closeObject = 0x7d;

/**
 * The lines of a payload, at least one: an object, a list of them, or objects one after the other. An object may go over several
 * lines. NDJSON keeps its lines when one is broken: it is told by a first that closes an object and a second that opens one, which no
 * single object has.
 */
export function linesOf(data: Uint8Array, maxLineBytes: number): MessageLine[] {
  const start = skipSpace(data, 0, data.length);
  const end = skipSpaceBack(data, start, data.length);
  if (start === end) return [{ bytes: data, start, end, fault: "The message is empty" }];
  const firstEnd = data.indexOf(newline, start);
  const isOne = firstEnd < 0 || firstEnd >= end;
  if (isOne && data[start] !== openList) return [lineOf(data, start, end, maxLineBytes)];
  const lines: MessageLine[] = [];
  let count = 0;
  const rows = {
    add(bytes: Uint8Array, start: number, end: number, fault = "") {
      if (++count <= maxLines) lines.push({ bytes, start, end, fault });
    },
  };
  const isNdjson = !isOne && data[skipSpaceBack(data, start, firstEnd) - 1] === closeObject &&
    data[skipSpace(data, firstEnd, end)] === openObject;
  const splitter = (isNdjson ? splitLines : splitJson)(rows, maxLineBytes);
  splitter.push(data);
  splitter.end();
  // neither could be sent again as it is: the first is cut, the second has nothing
  if (count > maxLines) {
    return [{ bytes: data, start, end: start, fault: `The message has more than ${maxLines} lines` }];
  }
  return count ? lines : [{ bytes: data, start, end, fault: "The message is empty" }];
}

function lineOf(bytes: Uint8Array, start: number, end: number, maxLineBytes: number): MessageLine {
  if (end - start <= maxLineBytes) return { bytes, start, end, fault: "" };
  return { bytes, start, end: start + Math.min(maxLineBytes, keptBytes), fault: tooLong(maxLineBytes) };
}
