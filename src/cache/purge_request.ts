import { z } from "zod";
import { suggestion } from "../base/suggestion.ts";
import { readSearch } from "../http/input.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { queryName } from "../catalog/query.ts";
import { checked } from "../http/checked.ts";
import { readText } from "../http/json_body.ts";
import { searchOf } from "../http/target.ts";
import { Problem } from "../base/problem.ts";
import type { Purge } from "./purge.ts";

const maxBodyBytes = 65_536;

const name = z.array(z.string()).max(1, "is given more than once").transform(([value]) => value).pipe(
  // a caller who sends an empty name has lost one, and does not mean everything
  z.string().min(1, "is empty: leave it out to mean any").max(512, "must have at most 512 characters"),
).optional();
const parameters = z.strictObject({ query: name, tenantId: name, table: name });

/** The purge that a request asks for, in its address alone. Throws Problem. */
export async function readPurge(request: Request, catalog: Catalog): Promise<Purge> {
  if (await readText(request, maxBodyBytes) !== "") {
    throw new Problem("invalid-request", {
      detail: "The parameters go into the address, such as ?query=outreach/overview: a body is not taken",
    });
  }
  const search = readSearch(searchOf(request));
  const { query, tenantId = "", table = "" } = checked(parameters, Object.fromEntries(search));
  return { query: query === undefined ? "" : nameOf(query, catalog), tenantId, table };
}

/** The name of a query given by that, by the path of its file, or by its address. Throws Problem. */
function nameOf(text: string, catalog: Catalog): string {
  const wanted = queryName(text);
  const queries = [...catalog.values()].filter(({ header }) => !header.method);
  const addressOf = ({ path }: typeof queries[0]) => `/v1/${path}`;
  const found = queries.find((query) => query.name === wanted || addressOf(query) === wanted);
  if (found) return found.name;
  const near = suggestion(wanted.slice(0, 128), queries.flatMap((query) => [query.name, addressOf(query)]));
  throw new Problem("invalid-parameter", {
    detail: `There is no query "${text.slice(0, 128)}"${near}`,
    parameter: "query",
  });
}
