import { withoutStatement } from "../clickhouse/exception.ts";

/** The engine's complaint about a statement, for its author: what is wrong, and where in the text to look first. */
export function engineFault(message: string, sql: string): { offset: number; message: string } {
  // its place counts bytes, from before the front matter
  const readable = withoutStatement(message).replace(
    /: failed at position \d+ \((.*?)\)(?: \(line \d+, col \d+\))?/s,
    " at `$1`",
  );
  return { offset: offsetOf(message, sql), message: readable };
}

/** The line and column that the engine names, or the first mention of what it quotes, or the statement's beginning. */
function offsetOf(message: string, sql: string): number {
  if (/failed at position \d+ \(end of query\)/.test(message)) return sql.trimEnd().length;
  // the statement is sent after a prefix on its first line, on which there is only the front matter
  const place = /\(line (\d+), col (\d+)\)/.exec(message);
  if (place) {
    const lines = sql.split("\n");
    const before = lines.slice(0, Number(place[1]) - 1).reduce((sum, line) => sum + line.length + 1, 0);
    return before + unitsOf(lines[Number(place[1]) - 1] ?? "", Number(place[2]) - 1);
  }
  const complaint = message.split(/ in scope /i)[0];
  const [, quoted] = /[`']([^`']+)[`']/.exec(complaint) ?? /\bfunction (\w+)/i.exec(complaint) ?? [];
  const name = quoted?.split(".").at(-1);
  const found = name ? sql.search(new RegExp(`(?<![\\w{])${name.replace(/\W/g, "\\$&")}(?!\\w)`)) : -1;
  return found >= 0 ? found : sql.search(/\S/);
}

/** The UTF-16 units of the first bytes of a line: the engine counts bytes. */
function unitsOf(line: string, bytes: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(line).subarray(0, bytes)).length;
}
