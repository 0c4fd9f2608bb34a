const decoder = new TextDecoder("latin1");
const namePattern = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
// deno-lint-ignore no-control-regex -- what no line may hold, such as CR or LF alone
const controls = /[\0-\x08\n-\x1f\x7f]/;

/** The lines of a head or of trailers, without the last CRLF. Throws when there is a control character. */
export function decodeLines(bytes: Uint8Array): string[] {
  const lines = decoder.decode(bytes).split("\r\n");
  if (lines.some((line) => controls.test(line))) {
    throw new Error("The answer has a line with control characters");
  }
  return lines;
}

/** A field's name in lower case, and its value (RFC 9112, section 5). Throws when the line is none. */
export function parseField(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
  if (!namePattern.test(name)) throw new Error("The answer has a line that is no field");
  return [name, trimmed(line.slice(colon + 1))];
}

/** Without the spaces and tabs around it; `trim` would take a no-break space too, and a pattern might try each place. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === " " || text[start] === "\t") start++;
  while (end > start && (text[end - 1] === " " || text[end - 1] === "\t")) end--;
  return text.slice(start, end);
}
