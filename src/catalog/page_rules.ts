import type { FrontMatter } from "./front_matter.ts";
import type { At } from "./query_file_error.ts";
import { sqlTokens } from "./sql_tokens.ts";

/** What decides whether pages can be cut out of a statement's rows. */
export interface Paging {
  /** Whether the rows are those of several SELECTs: UNION, INTERSECT, EXCEPT. */
  isUnion: boolean;
  /** What the outermost ORDER BY sorts by: `constants` are the same for each row. */
  ordering: "none" | "constants" | "columns";
  /** Whether the outermost SELECT has a LIMIT, OFFSET, FETCH or TOP of its own; LIMIT … BY is none. */
  hasLimit: boolean;
}

/** A node of the syntax tree as EXPLAIN AST prints it. */
interface Node {
  text: string;
  children: Node[];
}

/** Functions that are constant when their arguments are; of the others, aggregates need no column to differ by row. */
const transparent = /^Function (?:_?cast|tuple|array|concat|negate|to[A-Z]\w*)\b/i;

/** Reads from the lines of EXPLAIN AST how the outermost SELECT orders and limits its rows. */
export function readPaging(ast: string[]): Paging {
  const selects = parseTree(ast).children[0]?.children ?? [];
  const [select] = selects;
  if (selects.length !== 1 || !select.text.startsWith("SelectQuery")) {
    return { isUnion: true, ordering: "none", hasLimit: false };
  }
  const parts = select.children;
  const at = parts.findIndex(({ text, children }) =>
    text === "ExpressionList" && children[0]?.text === "OrderByElement"
  );
  // the clauses that follow ORDER BY: those of LIMIT … BY end with its list, the plain limit follows
  const rest = parts.slice(at + 1);
  const limits = rest.slice(rest.findLastIndex(({ text }) => text === "ExpressionList") + 1);
  if (at < 0) return { isUnion: false, ordering: "none", hasLimit: false };
  const isConstant = constants(parts.slice(0, at));
  return {
    isUnion: false,
    ordering: parts[at].children.every(({ children: [key] }) => isConstant(key)) ? "constants" : "columns",
    hasLimit: limits.length > 0,
  };
}

/** Tells whether an expression of ORDER BY is the same for each row, also through aliases and positions. */
function constants(parts: Node[]): (key: Node | undefined) => boolean {
  const tables = parts.findIndex(({ text }) => text === "TablesInSelectQuery");
  const projection = parts[tables < 0 ? parts.length - 1 : tables - 1]?.children ?? [];
  const aliases = new Map<string, Node>();
  const note = (node: Node): void => {
    const alias = /\(alias (.+)\)$/.exec(node.text)?.[1];
    if (alias && !aliases.has(alias)) aliases.set(alias, node);
    if (!node.text.startsWith("Subquery")) node.children.forEach(note);
  };
  // what ARRAY JOIN names differs from row to row
  parts.filter(({ text }) => text === "ExpressionList").forEach(note);

  const isSame = (node: Node, seen: Node[]): boolean => {
    const { text, children } = node;
    if (text.startsWith("Literal ") || text.startsWith("Subquery")) return true;
    const name = /^Identifier (.+?)(?: \(alias .*)?$/.exec(text)?.[1];
    if (name !== undefined) {
      const meant = aliases.get(name);
      return meant !== undefined && !seen.includes(meant) && isSame(meant, [...seen, meant]);
    }
    return (transparent.test(text) || text === "ExpressionList") &&
      children.every((child) => isSame(child, seen));
  };
  return (key) => {
    if (!key) return true;
    const position = /^Literal UInt64_(\d+)$/.exec(key.text)?.[1];
    const meant = position ? projection[Number(position) - 1] ?? key : key;
    return isSame(meant, [meant]);
  };
}

function parseTree(ast: string[]): Node {
  const root: Node = { text: "", children: [] };
  const path = [root];
  for (const line of ast) {
    const depth = line.search(/\S/);
    const node = { text: line.trim().replace(/ \(children \d+\)$/, ""), children: [] };
    path[depth]?.children.push(node);
    path.splice(depth + 1, Infinity, node);
  }
  return root.children[0] ?? root;
}

/**
 * Refuses a paged query whose pages would not be one list: without an order of its rows, one page repeats what another
 * has, and the engine's total knows nothing of a LIMIT of the query's own, of filled rows, and of the other part of a
 * UNION. Throws QueryFileError.
 */
export function checkPages(
  { isUnion, ordering, hasLimit }: Paging,
  { frontMatter, sql }: { frontMatter: Pick<FrontMatter, "page">; sql: string },
  at: At,
): void {
  if (!frontMatter.page) return;
  const words = readWords(sql);
  // the statement may stand in brackets as a whole
  const outermost = Math.min(...words.filter(({ text }) => text === "SELECT").map(({ depth }) => depth));
  const own = words.filter(({ depth }) => depth === outermost);
  if (isUnion) {
    const joints = words.filter(({ text }) => /^(UNION|INTERSECT|EXCEPT)$/.test(text));
    throw at(
      joints.toSorted((a, b) => a.depth - b.depth)[0]?.start ?? sql.search(/\S/),
      "A query with `page` is one SELECT: write `SELECT … FROM (… UNION ALL …) ORDER BY …`",
    );
  }
  if (ordering === "none") {
    throw at(
      lastOf(own, /^SELECT$/),
      "A query with `page` needs an ORDER BY, or pages repeat rows and lose others: end the query with the order of its rows",
    );
  }
  if (ordering === "constants") {
    throw at(
      lastOf(own, /^ORDER BY$/),
      "This ORDER BY is the same for each row, so that pages repeat rows and lose others: order by columns that are unique together",
    );
  }
  if (hasLimit) {
    throw at(
      lastOf(own, /^(LIMIT|OFFSET|FETCH|TOP)( |$)/),
      "A query with `page` has no LIMIT of its own, which the total would not count: remove it, or put it into a subquery",
    );
  }
  if (own.some((_, i) => own[i].text === "WITH" && own[i + 1]?.text === "FILL")) {
    throw at(
      lastOf(own, /^WITH FILL$/),
      "A query with `page` has no WITH FILL, whose rows the total would not count: put it into a subquery",
    );
  }
}

interface Word {
  /** In upper case. */
  text: string;
  start: number;
  /** How many brackets are open around it. */
  depth: number;
}

/** Where the last word is that matches alone or with the next one; else where the last SELECT is. */
function lastOf(words: Word[], pattern: RegExp): number {
  const found = words.findLast(({ text }, i) =>
    pattern.test(text) || pattern.test(`${text} ${words[i + 1]?.text ?? ""}`)
  );
  return found?.start ?? lastOf(words, /^SELECT$/);
}

/** The words of a statement; quoted names are none. */
function readWords(sql: string): Word[] {
  let depth = 0;
  const words: Word[] = [];
  for (const { kind, start, end } of sqlTokens(sql)) {
    const text = sql.slice(start, end);
    if (kind === "word") words.push({ text: text.toUpperCase(), start, depth });
    if (kind !== "symbol") continue;
    if (/[([{]/.test(text)) depth++;
    if (/[)\]}]/.test(text)) depth--;
  }
  return words;
}
