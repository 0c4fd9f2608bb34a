import type { Query } from "../../catalog/query.ts";
import type { Column } from "../../catalog/query_rules.ts";
import type { ClickHouseType, TypeElement } from "../../clickhouse/types/type.ts";

/** A column of an export. */
export interface ExportColumn extends Column {
  /** What it is made of, in a SELECT from the source. */
  expression: string;
  /** What the query's front matter calls it: `byChannel.sent` of a table, whose column is `sent`. */
  path: string;
}

/** What an export selects from, and the columns there. */
export interface ExportSource {
  from: string;
  columns: ExportColumn[];
}

/** The rows of a query, or of a list in the one that it answers. Names of result columns are letters and digits alone. */
export function sourceOf({ sql, columns, frontMatter }: Query, table: string | undefined): ExportSource {
  const own = columns.map(({ name, type }) => ({ name, type, expression: `result.${name}`, path: name }));
  const from = `(\n${sql}\n) AS result`;
  if (table === undefined || frontMatter.returns !== "object") return { from, columns: own };
  const list = listsIn(own).find(({ path }) => path === table);
  if (!list) throw new Error(`There is no list "${table}"`);
  // gathered, so that an object without elements differs from one that is not there
  const gathered =
    `SELECT groupArrayArray(${list.expression}) AS items, throwIf(count() = 0, 'not-found: There is no such thing') AS refused FROM ${from}`;
  return {
    from: `(SELECT arrayJoin(items) AS item FROM (${gathered}) WHERE NOT refused) AS listed`,
    columns: elementColumns("listed.item", list.elements).map((column) => ({
      ...column,
      path: `${table}.${column.name}`,
    })),
  };
}

/** The lists of named tuples in the object that a query answers, by their paths: what may be exported as a table. */
export function tablesOf({ columns, frontMatter }: Pick<Query, "columns" | "frontMatter">): string[] {
  if (frontMatter.returns !== "object") return [];
  return listsIn(columns.map((column) => ({ ...column, expression: "", path: column.name }))).map((
    { path },
  ) => path);
}

/** The columns with each named tuple as its elements, such as `summary.sent`. */
export function flattened(columns: ExportColumn[]): ExportColumn[] {
  return columns.flatMap((column) => {
    const elements = namedElements(column.type);
    if (!elements) return column;
    return flattened(
      elementColumns(column.expression, elements).map((element) => ({
        ...element,
        name: `${column.name}.${element.name}`,
        path: `${column.path}.${element.name}`,
      })),
    );
  });
}

function listsIn(columns: ExportColumn[]): { path: string; expression: string; elements: TypeElement[] }[] {
  return flattened(columns).flatMap(({ path, expression, type }) => {
    const elements = type.kind === "Array" ? namedElements(type.of) : undefined;
    return elements ? { path, expression, elements } : [];
  });
}

function elementColumns(tuple: string, elements: TypeElement[]): ExportColumn[] {
  return elements.map(({ name = "", type }, i) => ({
    name,
    type,
    expression: `tupleElement(${tuple}, ${i + 1})`,
    path: name,
  }));
}

function namedElements(type: ClickHouseType): TypeElement[] | undefined {
  return type.kind === "Tuple" && type.elements[0]?.name !== undefined ? type.elements : undefined;
}
