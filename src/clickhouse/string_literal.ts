const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "'": "\\'",
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
  "\b": "\\b",
  "\f": "\\f",
  "\0": "\\0",
};
const UNESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  "0": "\0",
  a: "\x07",
  v: "\v",
  e: "\x1b",
};

/**
 * Returns the text as ClickHouse writes it between single quotes. The same form is right for an unquoted HTTP
 * parameter, which the server reads as a TSV field, where `\'` is an apostrophe too.
 */
export function escapeString(text: string): string {
  // deno-lint-ignore no-control-regex -- these are the characters that need escaping
  return text.replace(/[\\'\n\t\r\x08\f\0]/g, (char) => ESCAPES[char]);
}

/** Returns the text as a single-quoted ClickHouse literal. */
export function quoteString(text: string): string {
  return `'${escapeString(text)}'`;
}

/** Returns the texts as a ClickHouse array: the value of a parameter of type Array(String). */
export function quoteArray(texts: string[]): string {
  return `[${texts.map(quoteString).join(",")}]`;
}

/**
 * Returns what a quoted ClickHouse token (string or identifier, quotes included) stands for. A backslash before
 * any other character stays, as the server keeps it. Throws on `\x80` and above: those are bytes of unknown
 * encoding.
 */
export function unquote(token: string): string {
  const quote = token[0];
  const pattern = /\\(x[0-9a-fA-F]{2}|[\s\S])|(['"`])\2/g;
  return token.slice(1, -1).replace(pattern, (pair: string, escaped?: string) => {
    if (escaped === undefined) return pair[0] === quote ? quote : pair;
    if (escaped.length === 3) {
      const code = parseInt(escaped.slice(1), 16);
      if (code > 127) throw new RangeError(`Cannot read ${pair} in ${token}: write the character itself`);
      return String.fromCharCode(code);
    }
    return UNESCAPES[escaped] ?? (/['"`\\/=]/.test(escaped) ? escaped : pair);
  });
}
