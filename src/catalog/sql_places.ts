import { maskSql } from "./placeholders.ts";
import { type SqlToken, sqlTokens } from "./sql_tokens.ts";

/** A token that is no comment, and how many brackets are open around it. */
export interface Nested extends SqlToken {
  text: string;
  depth: number;
}

/** Clauses that end a list of result columns. */
const nextClause =
  /^(FROM|INTO|PREWHERE|WHERE|GROUP|HAVING|WINDOW|QUALIFY|ORDER|LIMIT|OFFSET|FETCH|UNION|INTERSECT|EXCEPT|SETTINGS|FORMAT)$/i;

/**
 * Where the outermost SELECT has each result column: at its alias or, without one, at its expression. Empty when these are
 * not `count` columns, as with a star.
 */
export function columnPlaces(sql: string, count: number): number[] {
  const tokens = nested(sql);
  const selects = tokens.filter(({ text }) => /^SELECT$/i.test(text));
  const depth = Math.min(...selects.map((token) => token.depth));
  const first = tokens.indexOf(selects.find((token) => token.depth === depth)!) + 1;
  const end = tokens.findIndex((token, i) =>
    i >= first && (token.depth < depth || token.depth === depth && nextClause.test(token.text))
  );
  const items: Nested[][] = [[]];
  for (const token of tokens.slice(first, end < 0 ? undefined : end)) {
    if (token.depth === depth && token.text === ",") items.push([]);
    else if (items.length > 1 || items[0].length > 0 || !/^DISTINCT$/i.test(token.text)) {
      items.at(-1)!.push(token);
    }
  }
  const places = items.filter((item) => item.length).map(placeOf);
  return places.length === count ? places : [];
}

function placeOf(item: Nested[]): number {
  const [before, last] = [item.at(-2), item.at(-1)!];
  const isName = last.kind === "word" || last.kind === "identifier";
  const isAlias = !before || before.kind !== "symbol" || /^[.)\]]$/.test(before.text);
  return (isName && isAlias ? last : item[0]).start;
}

/** Where a query that binds no tenant has to, and what to write there. */
export function tenantFault(sql: string, tables: string[]): { offset: number; message: string } {
  // a tenant's name, for which a string stands
  const written = maskSql(sql).search(/\btenant_id\s*(=|\bIN\b)\s*\(?\s*'/i);
  if (written >= 0) {
    return {
      offset: written,
      message: "Write tenant_id = {tenantId:String}: the tenant comes from the credential",
    };
  }
  const tokens = nested(sql);
  const reads = (i: number) => /^(FROM|JOIN)$/i.test(tokens[i].text);
  const from = tokens.findIndex((_, i) =>
    reads(i) &&
    (tables.includes(tokens[i + 1]?.text) ||
      tokens[i + 2]?.text === "." && tables.includes(tokens[i + 3]?.text))
  );
  const place = tokens[from] ?? tokens.find((_, i) => reads(i)) ?? tokens[0];
  return {
    offset: place?.start ?? 0,
    message:
      "Add WHERE tenant_id = {tenantId:String}, or say `tenant: none` in the front matter if no tenant's rows are read",
  };
}

/** The tokens of a statement without its comments. */
export function nested(sql: string): Nested[] {
  let depth = 0;
  return sqlTokens(sql).filter(({ kind }) => kind !== "comment").map((token) => {
    const text = sql.slice(token.start, token.end);
    if (/^[)\]}]$/.test(text)) depth--;
    const found = { ...token, text, depth };
    if (/^[([{]$/.test(text)) depth++;
    return found;
  });
}
