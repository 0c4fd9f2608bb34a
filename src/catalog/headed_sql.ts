import type { z } from "zod";
import { type CheckedYaml, readYaml, YamlFault } from "./checked_yaml.ts";
import { errorAt } from "./query_file_error.ts";

const opening = /^\s*\/\*---[ \t]*\r?\n/;
const closing = /^---\*\//m;

/** A file of SQL with front matter, taken apart. */
export interface HeadedSql<FrontMatter> {
  frontMatter: FrontMatter;
  /** The SQL, after blank lines in place of the front matter: offsets and line numbers are those of the file. */
  sql: string;
  /** Where the front matter's key at a path stands in the file, or the nearest key above it that does. */
  offsetOf: (path: PropertyKey[]) => number;
}

/** Keys that a file of the other kind has, and what an author is told who writes one here. */
export interface KeysElsewhere {
  keys: string[];
  hint: string;
}

/** Splits a file into its front matter, which the schema takes, and its SQL. Throws QueryFileError. */
export function readHeadedSql<Schema extends z.ZodType>(
  schema: Schema,
  file: string,
  text: string,
  elsewhere: KeysElsewhere,
): HeadedSql<z.infer<Schema>> {
  const start = opening.exec(text);
  if (!start) throw errorAt(file, text, 0, "The file must begin with front matter: /*--- … ---*/");
  const rest = text.slice(start[0].length);
  const end = closing.exec(rest);
  if (!end) {
    const meant = rest.search(/^(---[ \t]*$|\*\/)/m);
    throw errorAt(
      file,
      text,
      meant < 0 ? 0 : start[0].length + meant,
      "The front matter ends with a line ---*/",
    );
  }

  const begin = start[0].length;
  const read = (): CheckedYaml<z.infer<Schema>> => {
    try {
      return readYaml(schema, rest.slice(0, end.index), "Front matter");
    } catch (error) {
      if (!(error instanceof YamlFault)) throw error;
      throw errorAt(file, text, begin + error.offset, withHint(error.message, elsewhere));
    }
  };
  const { value: frontMatter, offsetOf } = read();
  const length = begin + end.index + end[0].length;
  const sql = text.slice(0, length).replace(/[^\n]/g, " ") + text.slice(length);
  return { frontMatter, sql, offsetOf: (path) => begin + offsetOf(path) };
}

/** The SQL of a file whose front matter is known. */
export function sqlOf(text: string): string {
  const end = closing.exec(text);
  return end ? text.slice(end.index + end[0].length) : text;
}

function withHint(message: string, { keys, hint }: KeysElsewhere): string {
  const [unknown, key] = /^Unknown front matter key "(\w+)"/.exec(message) ?? [];
  return unknown && keys.includes(key) ? unknown + hint : message;
}
