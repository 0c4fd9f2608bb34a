import { Problem } from "../base/problem.ts";
import { suggestion } from "../base/suggestion.ts";
import { ParameterError } from "../clickhouse/types/parameter.ts";
import type { Input } from "../http/input.ts";
import type { Bound } from "./bound.ts";
import { readCursor } from "./cursor.ts";
import type { Query } from "../catalog/query.ts";

/** Longest bound text in bytes; ClickHouse's http_max_field_value_size is 128 KiB, of escaped text. */
const maxBytes = 100_000;
/** Faults that a problem lists. */
const maxErrors = 20;
/** Rows that numbered pages reach. */
export const maxOffset = 10_000_000;

/** Checks all that the caller sent against the query's parameters. Throws a Problem that names each fault. */
export function bind(query: Query, input: Input, now: Date): Bound {
  const errors: { parameter: string; detail: string }[] = [];
  const check = <Value>(parameter: string, make: () => Value): Value | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors.push({ parameter, detail: `${parameter} ${error.message}` });
    }
  };

  const known = query.parameters.filter((parameter) => parameter.in !== "cursor").map(({ name }) => name);
  if (query.frontMatter.page) known.push("page", "pageSize");
  if (query.frontMatter.cursor) known.push("cursor");
  for (const name of input.keys()) {
    if (known.includes(name)) continue;
    // to look for a near name takes time
    if (errors.length === maxErrors) break;
    const shown = name.slice(0, 64);
    // the format was read before
    errors.push({ parameter: shown, detail: unknownParameter(shown, [...known, "format"]) });
  }

  const parameters: Record<string, string> = {};
  for (const parameter of query.parameters) {
    const values = input.get(parameter.name);
    const text = check(parameter.name, () => {
      if (!values) {
        if (parameter.defaultText !== undefined) return parameter.defaultText;
        throw new ParameterError("is missing");
      }
      if (values.length > 1 && !parameter.isList) throw new ParameterError("is given more than once");
      // one value of a list parameter may itself be the list, from a JSON body
      const bound = parameter.bind(parameter.isList && values.length > 1 ? values : values[0]);
      if (byteLength(bound) > maxBytes) throw new ParameterError(`is longer than ${maxBytes} bytes`);
      return bound;
    });
    if (text !== undefined) parameters[parameter.name] = text;
  }

  const { page } = query.frontMatter;
  const byCursor = query.frontMatter.cursor && !input.has("page");
  const paged = page && {
    number: byCursor ? null : check("page", () => readNumber(input.get("page"), 1, maxOffset)) ?? 1,
    size: check("pageSize", () => readNumber(input.get("pageSize"), page.size, page.max)) ?? page.size,
  };
  if (paged && (paged.number ?? 1) * paged.size > maxOffset) {
    errors.push({ parameter: "page", detail: `page reaches beyond row ${maxOffset}` });
  }
  // a client that sends `next` as it came begins again after null
  const cursors = input.get("cursor")?.filter((cursor) => cursor !== null) ?? [];
  const cursor = cursors.length === 0 || errors.length > 0
    ? undefined
    : check("cursor", () => bindCursor(query, parameters, cursors, input.has("page"), now));
  if (errors.length) {
    const [{ parameter, detail }] = errors;
    throw new Problem("invalid-parameter", {
      detail,
      parameter,
      ...(errors.length > 1 && { errors: errors.slice(0, maxErrors) }),
    });
  }
  return { parameters: { ...parameters, ...cursor?.parameters }, page: paged, now: cursor?.now };
}

/** The placeholders that a cursor fills, and the instant of its first page. Throws ParameterError. */
function bindCursor(
  query: Query,
  parameters: Bound["parameters"],
  cursors: unknown[],
  isNumbered: boolean,
  now: Date,
): Pick<Bound, "parameters" | "now"> {
  if (cursors.length > 1) throw new ParameterError("is given more than once");
  if (isNumbered) throw new ParameterError("and page exclude each other");
  const cursor = readCursor(query, parameters, now, cursors[0]);
  const inCursor = query.parameters.filter((parameter) => parameter.in === "cursor");
  const texts = inCursor.map(({ name, bind }) => {
    try {
      return [name, bind(cursor.values[name])];
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      throw new ParameterError("is no cursor of an earlier answer");
    }
  });
  return { parameters: Object.fromEntries(texts), now: cursor.now };
}

function unknownParameter(name: string, known: string[]): string {
  if (name === "tenantId" || name === "now" || name === "newId") {
    return `${name} is bound by the server and cannot be sent`;
  }
  return `${name} is not a parameter of this query${suggestion(name, known)}`;
}

/** UTF-8 bytes; a UTF-16 unit takes one at least, three at most. */
function byteLength(text: string): number {
  return text.length * 3 > maxBytes ? new TextEncoder().encode(text).length : text.length;
}

function readNumber(values: unknown[] | undefined, byDefault: number, maximum: number): number {
  if (!values) return byDefault;
  if (values.length > 1) throw new ParameterError("is given more than once");
  const [value] = values;
  const isScalar = typeof value === "string" || typeof value === "number";
  const number = isScalar && /^[1-9]\d{0,8}$/.test(String(value)) ? Number(value) : NaN;
  if (!(number <= maximum)) throw new ParameterError(`must be an integer from 1 to ${maximum}`);
  return number;
}
