import type { At } from "./query_file_error.ts";
import { type Nested, nested } from "./sql_places.ts";

// A statement over the rows of all tenants keeps them apart by itself: wherever rows meet, they meet by tenant_id.

const clauseEnd =
  /^(FROM|ARRAY|PREWHERE|WHERE|GROUP|HAVING|WINDOW|QUALIFY|ORDER|LIMIT|OFFSET|UNION|INTERSECT|EXCEPT|WITH|JOIN)$/i;
const isTenant = ({ text }: Nested) => /^(["`]?)tenant_id\1$/.test(text);

/**
 * Refuses a statement that joins, compares or groups rows without their tenant_id, so that one tenant's would count for another. It
 * finds what an author forgets, not what one would hide. Throws QueryFileError.
 */
export function checkTenantKeys(sql: string, at: At): void {
  const tokens = nested(sql);
  const is = (i: number, pattern: RegExp) => pattern.test(tokens[i]?.text ?? "");
  /** The tokens after one, up to the end of its clause or of the brackets around it. */
  const clauseAfter = (i: number, ends = clauseEnd) => {
    const { depth } = tokens[i];
    const length = tokens.slice(i + 1).findIndex((token) =>
      token.depth < depth || token.depth === depth && ends.test(token.text)
    );
    return tokens.slice(i + 1, length < 0 ? undefined : i + 1 + length);
  };
  /** What is in the brackets that open at a token. */
  const inBrackets = (i: number) => {
    const close = tokens.findIndex(({ depth, text }, k) =>
      k > i && depth === tokens[i].depth && text === ")"
    );
    return tokens.slice(i + 1, close);
  };
  const isSubquery = (i: number) =>
    is(i, /^\($/) && is(i + 1, /^(SELECT|WITH)$/i) && inBrackets(i).some(({ text }) => /^FROM$/i.test(text));
  const isTableFunction = (i: number) => is(i, /^\w+$/) && is(i + 1, /^\($/);

  function joins(i: number): boolean {
    if (is(i - 1, /^ARRAY$/i)) return true;
    const clause = clauseAfter(i);
    const on = clause.findIndex(({ depth, text }) => depth === tokens[i].depth && /^(ON|USING)$/i.test(text));
    if (on < 0) return isTableFunction(i + 1);
    // both sides' in ON a.tenant_id = b.tenant_id
    return clause.slice(on).filter(isTenant).length >= (/^ON$/i.test(clause[on].text) ? 2 : 1);
  }

  /** Whether the tables of a FROM are joined by words, not by a comma. */
  function reads(i: number): boolean {
    // IS DISTINCT FROM
    if (is(i - 1, /^DISTINCT$/i)) return true;
    const tables = clauseAfter(i, new RegExp(clauseEnd.source + "|^USING$", "i"));
    const comma = tables.findIndex(({ depth, text }) => depth === tokens[i].depth && text === ",");
    return comma < 0 || isTableFunction(i + 2 + comma);
  }

  function compares(i: number): boolean {
    const isTable = is(i + 1, /^["`\w]/) && !is(i + 1, /^\d/) && !is(i + 2, /^\($/);
    if (!isTable && !isSubquery(i + 1)) return true;
    let left = i - 1;
    while (is(left, /^(NOT|GLOBAL)$/i)) left--;
    if (!is(left, /^\)$/)) return isTenant(tokens[left]);
    const open = tokens.findLastIndex(({ depth, text }, k) =>
      k < left && depth === tokens[left].depth && text === "("
    );
    return tokens.slice(open, left).some(isTenant);
  }

  function windows(i: number): boolean {
    return clauseAfter(i).every((token, k) =>
      token.depth !== tokens[i].depth || !/^AS$/i.test(token.text) || inBrackets(i + 2 + k).some(isTenant)
    );
  }

  const rules: [word: RegExp, holds: (i: number) => boolean, message: string][] = [
    [/^JOIN$/i, joins, "join by tenant_id, too"],
    [/^FROM$/i, reads, "write JOIN … USING (tenant_id, …) in place of the comma"],
    [/^IN$/i, compares, "compare (tenant_id, …) with rows that have their tenant_id"],
    [
      /^BY$/i,
      (i) => !is(i - 1, /^(GROUP|PARTITION)$/i) || is(i + 1, /^ALL$/i) || clauseAfter(i).some(isTenant),
      "group by tenant_id, too",
    ],
    [/^OVER$/i, (i) => !is(i + 1, /^\($/) || inBrackets(i + 1).some(isTenant), "PARTITION BY tenant_id, too"],
    [/^WINDOW$/i, windows, "PARTITION BY tenant_id, too"],
    [
      /^DISTINCT$/i,
      (i) => !is(i + 1, /^ON$/i) || inBrackets(i + 2).some(isTenant),
      "name tenant_id in DISTINCT ON, too",
    ],
    [
      /^LIMIT$/i,
      (i) => {
        const clause = clauseAfter(i);
        const by = clause.findIndex(({ text }) => /^BY$/i.test(text));
        return by >= 0 && clause.slice(by).some(isTenant);
      },
      "a LIMIT is one BY tenant_id",
    ],
    [
      /^\($/,
      (i) => !isSubquery(i) || is(i - 1, /^(FROM|JOIN|IN|AS|ALL|DISTINCT|UNION|INTERSECT|EXCEPT|\(|,)$/i),
      "join a subquery by tenant_id in place of taking its value",
    ],
  ];
  tokens.forEach((token, i) => {
    const broken = rules.find(([word, holds]) =>
      (token.kind === "word" || token.kind === "symbol") && word.test(token.text) && !holds(i)
    );
    if (broken) throw at(token.start, `A quality check runs for all tenants at once: ${broken[2]}`);
  });
}
