import type { Query } from "../../catalog/query.ts";
import { Problem } from "../../base/problem.ts";

/** Throws a Problem when an object's query has no row, or several. */
export function expectOneRow(query: Pick<Query, "file">, resultRows: number): void {
  if (resultRows === 0) throw new Problem("not-found", { detail: "There is no such thing" });
  if (resultRows > 1) {
    const cause = new Error(`${query.file} returns an object but gave ${resultRows} rows`);
    throw new Problem("broken-query", {}, cause);
  }
}
