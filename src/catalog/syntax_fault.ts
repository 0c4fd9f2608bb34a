import { suggestion } from "../base/suggestion.ts";
import { type SqlToken, sqlTokens, unclosedQuote } from "./sql_tokens.ts";

/** A mistake of a statement, for its author: what is wrong, and where in the text to look first. */
export interface Fault {
  offset: number;
  message: string;
}

/** What the engine says of a statement that it cannot parse, in its author's words; undefined when it says something else. */
export function syntaxFault(message: string, sql: string): Fault | undefined {
  const [, found] = /Syntax error: failed at position \d+ \((.*?)\)(?=:| \()/s.exec(message) ?? [];
  if (found === undefined) return;
  const place = offsetIn(message, sql);
  if (found === "end of query" || place === undefined) {
    return { offset: sql.trimEnd().length, message: "Syntax error: the query breaks off" };
  }
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== "comment");
  const at = tokens.findIndex(({ start, end }) => start <= place && place < end);
  const token: SqlToken = tokens[at] ?? { kind: "symbol", start: place, end: place + 1 };
  const text = sql.slice(token.start, token.end);
  const fault = (reason: string, { start, end } = token): Fault => ({
    offset: start,
    message: `Syntax error at "${sql.slice(start, end)}"${reason}`,
  });
  if (/Unmatched parentheses/.test(message)) {
    return fault(/[([{]/.test(text) ? ": it is not closed" : ": it closes nothing");
  }
  const before: SqlToken | undefined = tokens[at - 1];
  if (before?.end === token.start && before.kind === "string") {
    const quote = sql[before.start];
    const opened = unclosedQuote(sql, tokens, quote) ?? before.start;
    return { offset: opened, message: `Cannot read SQL: the quote ${quote} is not closed` };
  }
  const wanted = /Expected one of: (.*?)(?:\. \([A-Z_]+\)|$)/s.exec(message)?.[1].split(", ") ?? [];
  // the word before it may be a misspelled keyword that was taken for an alias
  for (const each of [token, before]) {
    const near = each?.kind === "word" && nearKeyword(sql.slice(each.start, each.end), wanted);
    if (near) return fault(near, each);
  }
  if (/^BY$/i.test(text) && before) return fault(": the clause before it is empty", before);
  if (clauses.test(text)) {
    return fault(wanted.includes("END") ? ": is END missing before it?" : `: the order is ${clauseOrder}`);
  }
  if (token.kind === "string" && wanted[0] === "identifier") return fault(": a name has no single quotes");
  if (wanted.includes("Comma") && token.kind !== "symbol") return fault(": is a comma missing before it?");
  return fault("");
}

const clauses = /^(SELECT|FROM|WHERE|GROUP|HAVING|ORDER|LIMIT)$/i;
const clauseOrder = "WITH, SELECT, FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT";

function nearKeyword(word: string, wanted: string[]): string {
  const keywords = wanted.flatMap((each) => /^[A-Z]{3,}/.exec(each) ?? []);
  const upper = word.toUpperCase();
  return word.length < 4 || keywords.includes(upper) ? "" : suggestion(upper, keywords);
}

/** The offset of the line and column that the engine names; it counts bytes, and lines from before the front matter. */
function offsetIn(message: string, sql: string): number | undefined {
  const place = /\(line (\d+), col (\d+)\)/.exec(message);
  if (!place) return;
  const lines = sql.split("\n");
  const [line, column] = [Number(place[1]) - 1, Number(place[2]) - 1];
  const before = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
  const bytes = new TextEncoder().encode(lines[line] ?? "").subarray(0, column);
  return before + new TextDecoder().decode(bytes).length;
}
