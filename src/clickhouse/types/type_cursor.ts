import { unquote } from "../string_literal.ts";

/** A type that cannot be read: `text` is the whole type, `position` the offset of the trouble in it. */
export class TypeSyntaxError extends Error {
  override name = "TypeSyntaxError";
  constructor(readonly reason: string, readonly text: string, readonly position: number) {
    super(`Cannot read type ${JSON.stringify(text)} at ${position}: ${reason}`);
  }
}

export interface TypeToken {
  kind: "string" | "quotedName" | "word" | "number" | "symbol" | "end";
  text: string;
  start: number;
  end: number;
}

/** A place in the text of a type; `token` is the next one to be taken. */
export interface TypeCursor {
  readonly text: string;
  token: TypeToken;
}

const TOKEN =
  /('(?:[^'\\]|\\[^]|'')*')|(`(?:[^`\\]|\\[^]|``)*`|"(?:[^"\\]|\\[^]|"")*")|([A-Za-z_][\w$]*)|([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([^])/y;
const KINDS = ["string", "quotedName", "word", "number", "symbol"] as const;

/** Returns a cursor at the first token of the text. */
export function openType(text: string): TypeCursor {
  return { text, token: tokenAt(text, 0) };
}

/** Takes the next token, whatever it is. */
export function take(cursor: TypeCursor): TypeToken {
  const token = cursor.token;
  cursor.token = tokenAt(cursor.text, token.end);
  return token;
}

/** Returns the token after the next one. */
export function peekSecond(cursor: TypeCursor): TypeToken {
  return tokenAt(cursor.text, cursor.token.end);
}

/** Takes the next token when it is this symbol, and tells whether it was. */
export function accept(cursor: TypeCursor, symbol: string): boolean {
  const found = cursor.token.text === symbol;
  if (found) take(cursor);
  return found;
}

/** Takes this symbol or throws. */
export function expect(cursor: TypeCursor, symbol: string): void {
  if (!accept(cursor, symbol)) throw unexpected(cursor, `"${symbol}"`);
}

/** Takes a token of this kind or throws. */
export function takeKind(cursor: TypeCursor, kind: TypeToken["kind"], wanted: string): TypeToken {
  if (cursor.token.kind !== kind) throw unexpected(cursor, wanted);
  return take(cursor);
}

/** Takes a whole number or throws. */
export function takeInteger(cursor: TypeCursor): number {
  const value = Number(cursor.token.text);
  if (cursor.token.kind !== "number" || !Number.isInteger(value)) throw unexpected(cursor, "a whole number");
  take(cursor);
  return value;
}

/** Takes a string literal and returns what it stands for. */
export function takeString(cursor: TypeCursor): string {
  return unquoteAt(cursor, takeKind(cursor, "string", "a string in single quotes"));
}

/** Takes a bare or quoted name and returns it without its quotes. */
export function takeName(cursor: TypeCursor): string {
  const token = cursor.token;
  if (token.kind !== "word" && token.kind !== "quotedName") throw unexpected(cursor, "a name");
  take(cursor);
  return token.kind === "word" ? token.text : unquoteAt(cursor, token);
}

/** Reads `(item, item, …)`, empty allowed, from the opening parenthesis to the closing one. */
export function takeList<Item>(cursor: TypeCursor, item: (cursor: TypeCursor) => Item): Item[] {
  const items: Item[] = [];
  expect(cursor, "(");
  if (accept(cursor, ")")) return items;
  do items.push(item(cursor)); while (accept(cursor, ","));
  expect(cursor, ")");
  return items;
}

/** Returns the error that says what was wanted in place of the next token. */
export function unexpected(cursor: TypeCursor, wanted: string): TypeSyntaxError {
  const found = cursor.token.kind === "end" ? "the end" : JSON.stringify(cursor.token.text);
  return new TypeSyntaxError(`expected ${wanted}, found ${found}`, cursor.text, cursor.token.start);
}

function tokenAt(text: string, from: number): TypeToken {
  let start = from;
  while (start < text.length && /\s/.test(text[start])) start++;
  if (start === text.length) return { kind: "end", text: "", start, end: start };
  TOKEN.lastIndex = start;
  const groups = TOKEN.exec(text)!;
  const kind = KINDS[groups.findIndex((group, index) => index > 0 && group !== undefined) - 1];
  return { kind, text: groups[0], start, end: start + groups[0].length };
}

function unquoteAt(cursor: TypeCursor, token: TypeToken): string {
  try {
    return unquote(token.text);
  } catch (error) {
    throw new TypeSyntaxError((error as Error).message, cursor.text, token.start);
  }
}
