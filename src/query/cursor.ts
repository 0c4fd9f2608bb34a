import { hashParameters } from "./hash_parameters.ts";
import type { Bound } from "./bound.ts";
import type { Query } from "../catalog/query.ts";
import { ParameterError } from "../clickhouse/types/parameter.ts";
import { Problem } from "../base/problem.ts";

/** What a cursor says: the place after which a page begins, in a list that is always the same. */
export interface Cursor {
  /** The instant that the first page took as now: with another one, a range such as the last 7 days would move. */
  now: Date;
  /** Values of the last row by placeholder. */
  values: Record<string, unknown>;
}

/** Longest cursor read, in characters. */
const maxLength = 50_000;
/** How long a cursor can be used. */
const maxAgeMs = 24 * 60 * 60 * 1000;
/** How far the clock of the gateway that made a cursor may be ahead. */
const maxSkewMs = 60_000;
const version = 1;

/**
 * The cursor of the page after `lastRow`, as text that says nothing to its reader: base64url of a version, a hash of
 * the query and its parameters, the first page's instant, and the row's keys. Throws Problem.
 */
export function printCursor(
  query: Query,
  parameters: Bound["parameters"],
  now: Date,
  lastRow: Record<string, unknown>,
): string {
  const keys = Object.keys(query.frontMatter.cursor ?? {}).map((column) => {
    if (lastRow[column] === null || lastRow[column] === undefined) {
      const cause = new Error(`${query.file} has a row without "${column}", which its cursor needs`);
      throw new Problem("broken-query", {}, cause);
    }
    return lastRow[column];
  });
  const hash = hashOf(query, parameters);
  const seconds = Math.floor(now.getTime() / 1000);
  const bytes = new TextEncoder().encode(JSON.stringify([version, hash, seconds, ...keys]));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Reads a caller's cursor. Nothing in it is trusted: its values go the way of any parameter, and the instant may be
 * neither ahead of the clock nor over a day behind it. The hash only keeps a mistake from being answered. Throws ParameterError.
 */
export function readCursor(
  query: Query,
  parameters: Bound["parameters"],
  now: Date,
  text: unknown,
): Cursor {
  const content = decode(text);
  const names = Object.values(query.frontMatter.cursor ?? {});
  if (!Array.isArray(content) || content[0] !== version || content.length !== names.length + 3) {
    throw new ParameterError("is no cursor of an earlier answer");
  }
  const [, hash, seconds, ...keys] = content;
  if (hash !== hashOf(query, parameters)) {
    throw new ParameterError("belongs to another query or to other parameters");
  }
  const ageMs = typeof seconds === "number" ? now.getTime() - seconds * 1000 : NaN;
  if (!(ageMs >= -maxSkewMs) || keys.includes(null)) {
    throw new ParameterError("is no cursor of an earlier answer");
  }
  if (ageMs > maxAgeMs) throw new ParameterError("is more than a day old: begin with the first page");
  return {
    now: new Date(now.getTime() - ageMs),
    values: Object.fromEntries(names.map((name, i) => [name, keys[i]])),
  };
}

function decode(text: unknown): unknown {
  if (typeof text !== "string" || text.length > maxLength || !/^[\w-]+$/.test(text)) return;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // not base64, UTF-8 or JSON
  }
}

/** Of the query's name and the parameters that the caller sends: those in the cursor differ from page to page. */
function hashOf(query: Query, parameters: Bound["parameters"]): string {
  const inCursor = Object.values(query.frontMatter.cursor ?? {});
  const own = Object.entries(parameters).filter(([name]) => !inCursor.includes(name));
  return hashParameters({ ...Object.fromEntries(own), "": query.name }).toString(16);
}
