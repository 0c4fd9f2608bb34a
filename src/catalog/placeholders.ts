import { SqlSyntaxError, type SqlToken, sqlTokens } from "./sql_tokens.ts";

export { SqlSyntaxError } from "./sql_tokens.ts";

/** A `{name:Type}` in SQL, from `offset` (its opening brace) to before `end`; `type` is text without comments. */
export interface Placeholder {
  name: string;
  type: string;
  offset: number;
  end: number;
}

/**
 * Returns the placeholders of a statement in order of occurrence, a repeated one each time, `{x:Identifier}` too.
 * Strings, quoted names, comments, heredocs and the map literals of a SETTINGS clause hold none. Types are not
 * checked. Throws SqlSyntaxError.
 */
export function scanPlaceholders(sql: string): Placeholder[] {
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== "comment");
  const placeholders: Placeholder[] = [];
  const openMaps: number[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const symbol = textOf(sql, tokens[index]);
    if (symbol === "{") {
      const next = tokens[index + 1];
      if (next?.kind === "string" || textOf(sql, next) === "}") {
        openMaps.push(tokens[index].start);
      } else {
        const close = closingBrace(sql, tokens, index);
        placeholders.push(readPlaceholder(sql, tokens.slice(index, close + 1)));
        index = close;
      }
    } else if (symbol === "}" && openMaps.pop() === undefined) {
      throw new SqlSyntaxError('Cannot read SQL: "}" closes nothing', tokens[index].start);
    }
  }
  if (openMaps.length > 0) throw new SqlSyntaxError('Cannot read SQL: "{" is not closed', openMaps[0]);
  return placeholders;
}

/**
 * Returns the statement with each comment, and what strings and heredocs hold, replaced by spaces, so that a search
 * for words finds code only; offsets and lines stay. Quoted names stay as they are: a function can be called by
 * one, even by one with escapes in it (`no\x77`()), so this is no guard against a hostile author.
 */
export function maskSql(sql: string): string {
  let masked = "";
  let at = 0;
  for (const { kind, start, end } of sqlTokens(sql)) {
    if (kind !== "comment" && kind !== "string") continue;
    const quote = kind === "string" ? 1 : 0;
    masked += sql.slice(at, start + quote) + sql.slice(start + quote, end - quote).replace(/[^\n]/g, " ");
    at = end - quote;
  }
  return masked + sql.slice(at);
}

/** Returns the line and column of an offset, both from 1, the column in characters, and that line's text. */
export function lineColumn(text: string, offset: number): { line: number; column: number; lineText: string } {
  const before = text.slice(0, offset).split("\n");
  const lineText = text.split("\n")[before.length - 1].replace(/\r$/, "");
  return { line: before.length, column: [...before[before.length - 1]].length + 1, lineText };
}

function closingBrace(sql: string, tokens: SqlToken[], open: number): number {
  let depth = 0;
  for (let index = open + 1; index < tokens.length; index++) {
    const symbol = textOf(sql, tokens[index]);
    if (symbol === "(") depth++;
    if (symbol === ")") depth--;
    if (symbol === "{" || symbol === "}" && depth !== 0) break;
    if (symbol === "}") return index;
  }
  throw new SqlSyntaxError(
    "Cannot read placeholder: its brace or a parenthesis is not closed",
    tokens[open].start,
  );
}

/** Reads `{`, name, `:`, type, `}`. */
function readPlaceholder(sql: string, tokens: SqlToken[]): Placeholder {
  const [open, name, colon, ...type] = tokens;
  const close = type.pop();
  if (name.kind !== "word") {
    throw new SqlSyntaxError(
      `Cannot read placeholder: wanted a name, not "${textOf(sql, name)}"`,
      name.start,
    );
  }
  const written = textOf(sql, name);
  if (textOf(sql, colon) === "}") {
    throw new SqlSyntaxError(
      `The placeholder "${written}" has no type: write such as {${written}:String}`,
      open.start,
    );
  }
  if (textOf(sql, colon) !== ":") {
    throw new SqlSyntaxError(`Cannot read placeholder "${written}": wanted a colon after it`, colon.start);
  }
  const wrong = type.length === 0 ? close! : type.find((token) => textOf(sql, token) === "::");
  if (wrong) {
    throw new SqlSyntaxError(`Cannot read placeholder "${written}": wanted a type`, wrong.start);
  }
  const end = close!.end;
  return { name: written, type: joinTokens(sql, type), offset: open.start, end };
}

/** Joins tokens with one space where there was space or a comment. */
function joinTokens(sql: string, tokens: SqlToken[]): string {
  return tokens.map((token, index) => {
    const apart = index > 0 && tokens[index - 1].end < token.start;
    return (apart ? " " : "") + textOf(sql, token);
  }).join("");
}

function textOf(sql: string, token: SqlToken | undefined): string {
  return token === undefined ? "" : sql.slice(token.start, token.end);
}
