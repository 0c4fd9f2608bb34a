import { withoutStatement } from "../clickhouse/exception.ts";
import { suggestion } from "../base/suggestion.ts";
import { maskSql, type Placeholder } from "./placeholders.ts";
import { reserved } from "./reserved_parameters.ts";
import { type Fault, syntaxFault } from "./syntax_fault.ts";

/** What a statement is, besides its text, and what it may name. */
export interface FaultContext {
  sql: string;
  placeholders: Placeholder[];
  /** Names of the tables that it may read, without their database. */
  tables: string[];
}

/** The engine's complaint about a statement, in its author's words. */
export function engineFault(text: string, context: FaultContext): Fault {
  const { sql } = context;
  const syntax = syntaxFault(text, sql);
  if (syntax) return syntax;
  const message = withoutStatement(text).replace(/\.? \([A-Z_]+\)$/, "")
    // the place is one in a text of the statement, such as the name of a type
    .replace(/: failed at position \d+ \((.*?)\)(?=:)/s, " at `$1`");
  for (const [pattern, explain] of rules) {
    const found = pattern.exec(message);
    if (found) return explain(found, context, message);
  }
  const [, quoted] = /[`']([^`']+)[`']/.exec(message) ?? /\bfunction (\w+)/i.exec(message) ?? [];
  const name = quoted?.split(".").at(-1);
  return { offset: (name && placeOf(sql, name)) || beginning(sql), message };
}

type Rule = (found: RegExpExecArray, context: FaultContext, message: string) => Fault;

const rules: [RegExp, Rule][] = [
  [/^Unknown table expression identifier '([^']+)'/, unknownTable],
  [/^(?:Unknown expression(?: or function)? identifier|Identifier) [`']([^`']+)[`']/, unknownColumn],
  [/^Function with name `(\w+)` does not exist/, ([, name], { sql }, message) => ({
    offset: placeOf(sql, name) ?? beginning(sql),
    message: `There is no function "${name}"${hintIn(message, name, sql)}`,
  })],
  [/^Multiple expressions .* for alias (\w+)/s, ([, alias], { sql }) => {
    const places = [...maskSql(sql).matchAll(new RegExp(`(?<=\\bAS\\s+)${alias}\\b`, "gi"))];
    return {
      offset: places[1]?.index ?? placeOf(sql, alias) ?? beginning(sql),
      message: `Two expressions have the alias "${alias}": give this one another`,
    };
  }],
  [/^Column '(?:\w+\.)*(\w+)' is not under aggregate function/, ([, name], { sql }) => ({
    offset: placeOf(sql, name) ?? beginning(sql),
    message: `The column "${name}" is neither in GROUP BY nor in an aggregate function such as any()`,
  })],
  [/^Aggregate function ((\w+)\(.*\)) is found in (?:PRE)?WHERE/s, ([, call, name], { sql }) => ({
    offset: placeOf(sql, name, Math.max(0, maskSql(sql).search(/\bWHERE\b/i))) ?? beginning(sql),
    message: `${call} is an aggregate, which WHERE cannot have: write the condition after HAVING`,
  })],
  [/Not enough privileges\b.* ON \w+\.(\w+)/s, ([, table], { sql }, message) => ({
    offset: placeOf(sql, table) ?? beginning(sql),
    message,
  })],
  [/^(?:Illegal types? |There is no supertype for types )/, wrongTypes],
];

function unknownTable([, name]: RegExpExecArray, { sql, tables }: FaultContext): Fault {
  const plain = name.split(".").at(-1)!;
  const source = new RegExp(`\\b(?:FROM|JOIN)\\s+(?:\\w+\\s*\\.\\s*)?(?=${escaped(plain)}(?!\\w))`, "i");
  const found = source.exec(maskSql(sql));
  const offset = found ? found.index + found[0].length : placeOf(sql, plain);
  return {
    offset: offset ?? beginning(sql),
    message: `There is no table "${name}"${suggestion(plain, tables)}`,
  };
}

function unknownColumn([, name]: RegExpExecArray, { sql }: FaultContext, message: string): Fault {
  const offset = placeOf(sql, name) ?? placeOf(sql, name.split(".").at(-1)!) ?? beginning(sql);
  const problem = `There is no column "${name}"`;
  if (sql[offset - 1] === '"') {
    return { offset: offset - 1, message: `${problem}; a text has single quotes: '${name}'` };
  }
  return { offset, message: problem + hintIn(message, name, sql) };
}

/** The name that the engine says may have been meant; the alias of the very expression is none. */
function hintIn(message: string, name: string, sql: string): string {
  const [, hint] = /Maybe you meant: \['([^']+)'/.exec(message) ?? [];
  if (!hint || new RegExp(`\\b${escaped(name)}\\s+AS\\s+${escaped(hint)}\\b`, "i").test(sql)) return "";
  return `; did you mean "${hint}"?`;
}

/** Operators by the name that the engine calls them. */
const operators: Record<string, string> = {
  equals: "=",
  notEquals: "!=",
  less: "<",
  greater: ">",
  lessOrEquals: "<=",
  greaterOrEquals: ">=",
  plus: "+",
  minus: "-",
  multiply: "*",
  divide: "/",
};

/** The caret is at the placeholder of one of the types, else at the operator when there is one alone. */
function wrongTypes(_: RegExpExecArray, { sql, placeholders }: FaultContext, message: string): Fault {
  // which types there should be, and why, comes after those that there are
  const [complaint] = message.split(/\. | because /);
  const placeholder = placeholders.find(({ name, type }) =>
    !Object.hasOwn(reserved, name) &&
    new RegExp(`(?<![\\w(])${escaped(type)}(?![\\w(])`).test(complaint)
  );
  const [, called] = /function `?(\w+)/.exec(message) ?? [];
  const operator = operators[called];
  const readable = operator ? message.replace(/function `?\w+`?/, `function \`${operator}\``) : message;
  const places = operator
    ? [...maskSql(sql).matchAll(new RegExp(`(?<![<>!=])${escaped(operator)}(?![<>=])`, "g"))]
    : [];
  const place = places.length === 1 ? places[0].index : called && placeOf(sql, called);
  return { offset: placeholder?.offset ?? (place || beginning(sql)), message: readable };
}

/** Where code has a name, from an offset on; strings are no code. */
function placeOf(sql: string, name: string, from = 0): number | undefined {
  const found = maskSql(sql).slice(from).search(new RegExp(`(?<![\\w{])${escaped(name)}(?!\\w)`));
  return found < 0 ? undefined : from + found;
}

function beginning(sql: string): number {
  return sql.search(/\S/);
}

function escaped(text: string): string {
  return text.replace(/\W/g, "\\$&");
}
