import { lineColumn } from "./placeholders.ts";

/** A fault of a query file, with the place a reader looks at first. Lines and columns count from 1. */
export class QueryFileError extends Error {
  override readonly name = "QueryFileError";

  constructor(
    readonly file: string,
    message: string,
    readonly line: number,
    readonly column: number,
    readonly lineText: string,
  ) {
    super(message);
  }

  /** The fault as a compiler prints it: file, line, the line's text and a caret. */
  render(): string {
    const gutter = String(this.line);
    const pad = " ".repeat(gutter.length);
    return `${this.file}:${this.line}:${this.column}: ${this.message}\n` +
      `  ${gutter} | ${this.lineText}\n` +
      `  ${pad} | ${" ".repeat(Math.max(0, this.column - 1))}^`;
  }
}

/** Makes the error of a fault at a character offset of a file. */
export type At = (offset: number, message: string) => QueryFileError;

/** A QueryFileError at a character offset of the file's text. */
export function errorAt(file: string, text: string, offset: number, message: string): QueryFileError {
  const { line, column, lineText } = lineColumn(text, offset);
  return new QueryFileError(file, message, line, column, lineText);
}
