// Tokens as the lexer of ClickHouse 26.7 cuts them (src/Parsers/Lexer.cpp); each rule here was tried on the
// engine, and placeholders_test.ts compares the two on random text.

/** SQL that cannot be cut into tokens or placeholders; `offset` is where the trouble begins. */
export class SqlSyntaxError extends Error {
  override name = "SqlSyntaxError";
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** A piece of SQL from `start` to before `end`, in UTF-16 units; a quoted name is an identifier. */
export interface SqlToken {
  kind: "comment" | "string" | "identifier" | "word" | "number" | "symbol";
  start: number;
  end: number;
}

const SPACE = /[\s\u0085\u180e\u200b-\u200d\u2060]+/y;
// A # begins a comment only before a space or an exclamation mark; // always does.
const LINE_COMMENT = /(?:--|\/\/|#[ !])[^\n]*/y;
const HEREDOC = /\$(\w*)\$[^]*?\$\1\$/y;
// A name may contain a $, a number may not: after it a heredoc can begin.
const WORD = /(?:[A-Za-z_]|\$\w)[\w$]*/y;
const NUMBER = /\d\w*/y;
const TYPOGRAPHIC: Record<string, string> = { "‘": "’", "“": "”" };

/** Returns the tokens of a statement, comments included and space left out. Throws SqlSyntaxError. */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let at = matchEnd(SPACE, sql, 0) ?? 0; at < sql.length;) {
    const token = tokenAt(sql, at, tokens);
    tokens.push(token);
    at = matchEnd(SPACE, sql, token.end) ?? token.end;
  }
  return tokens;
}

/**
 * Where the quote was opened that was never closed, when the text shows it: what it took in ends with the next string's
 * opening quote, so that a word follows at once.
 */
export function unclosedQuote(sql: string, tokens: SqlToken[], quote: string): number | undefined {
  return tokens.find(({ start, end }) => sql[start] === quote && /\w/.test(sql[end] ?? ""))?.start;
}

function tokenAt(sql: string, start: number, before: SqlToken[]): SqlToken {
  const char = sql[start];
  if (char === "'" || char === "‘") return { kind: "string", start, end: quoteEnd(sql, start, before) };
  if (char === '"' || char === "`" || char === "“") {
    return { kind: "identifier", start, end: quoteEnd(sql, start, before) };
  }
  if (sql.startsWith("/*", start)) return { kind: "comment", start, end: blockCommentEnd(sql, start) };
  const rules = [["comment", LINE_COMMENT], ["string", HEREDOC], ["word", WORD], ["number", NUMBER]] as const;
  for (const [kind, rule] of rules) {
    const end = matchEnd(rule, sql, start);
    if (end !== null) return { kind, start, end };
  }
  return { kind: "symbol", start, end: start + (sql.startsWith("::", start) ? 2 : 1) };
}

/** A doubled quote and a backslash keep a string open; between typographic quotes neither means anything. */
function quoteEnd(sql: string, start: number, before: SqlToken[]): number {
  const quote = sql[start];
  const closing = TYPOGRAPHIC[quote];
  if (closing) {
    const end = sql.indexOf(closing, start);
    if (end >= 0) return end + 1;
  } else {
    for (let at = start + 1; at < sql.length; at++) {
      if (sql[at] === "\\") at++;
      else if (sql[at] === quote && sql[at + 1] === quote) at++;
      else if (sql[at] === quote) return at + 1;
    }
  }
  throw new SqlSyntaxError(
    `Cannot read SQL: the quote ${quote} is not closed`,
    unclosedQuote(sql, before, quote) ?? start,
  );
}

/** Block comments nest. */
function blockCommentEnd(sql: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  throw new SqlSyntaxError("Cannot read SQL: the comment /* is not closed", start);
}

function matchEnd(rule: RegExp, sql: string, start: number): number | null {
  rule.lastIndex = start;
  return rule.test(sql) ? rule.lastIndex : null;
}
