import { sqlTokens } from "./sql_tokens.ts";

/**
 * The statement with each `throwIf(` as `ignore (`, which takes the same arguments, throws nothing and is as long. The
 * engine runs scalar subqueries to learn what a statement means, and with the plainest values, which name nothing that
 * is there, `(SELECT throwIf(count() = 0, 'not-found: …') …)` throws.
 */
export function quietThrows(sql: string): string {
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== "comment");
  let quiet = "";
  let at = 0;
  for (const [i, { kind, start, end }] of tokens.entries()) {
    if (kind !== "word" || sql.slice(start, end) !== "throwIf" || sql[tokens[i + 1]?.start] !== "(") continue;
    quiet += `${sql.slice(at, start)}ignore `;
    at = end;
  }
  return quiet + sql.slice(at);
}
