import { parseJson, RepeatedKey } from "../base/parse_json.ts";
import { Problem } from "../base/problem.ts";

/** What a caller sent, before it is checked. Lists hold each repetition of a query-string parameter. */
export type Input = Map<string, unknown[]>;

/** Parameters of the query string, each repetition kept. */
export function readSearch(search: URLSearchParams): Input {
  const input: Input = new Map();
  for (const [name, value] of search) {
    const values = input.get(name);
    if (values) values.push(value);
    else input.set(name, [value]);
  }
  return input;
}

/** Parameters of a JSON body, which must be an object; a list is one value. Throws Problem. */
export function readJson(text: string): Input {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch (error) {
    if (error instanceof RepeatedKey) throw repeated(error);
    throw new Problem("invalid-request", { detail: "The body is not valid JSON" });
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Problem("invalid-request", { detail: "The body must be a JSON object of parameters" });
  }
  return new Map(Object.entries(body).map(([name, value]) => [name, [value]]));
}

/** The problem with a parameter that a body gives twice, as of one that an address does. */
function repeated({ key, isTop, message }: RepeatedKey): Problem {
  if (!isTop) return new Problem("invalid-request", { detail: `The body is ambiguous: ${message}` });
  const parameter = key.slice(0, 64);
  return new Problem("invalid-parameter", { detail: `${parameter} is given more than once`, parameter });
}
