import { printType } from "../clickhouse/types/print_type.ts";
import { quoteString } from "../clickhouse/string_literal.ts";
import type { ClickHouseType, TypeElement } from "../clickhouse/types/type.ts";

/** Forms of text that a query's front matter can say of a column. */
export const textForms = ["date-time", "date"] as const;
/** `date-time` is an instant of RFC 3339, `date` a calendar date. */
export type TextForm = typeof textForms[number];

/** What the front matter says of the text at a path such as `timeSeries.timestamp`. */
export type FormOf = (path: string) => TextForm | undefined;

/** An expression of a type. */
export interface Typed {
  expression: string;
  type: ClickHouseType;
}

const instant: ClickHouseType = { kind: "DateTime64", precision: 3, zone: "UTC" };
const date: ClickHouseType = { kind: "Date32" };

/** The value with the text in it that is a time as a time, however deep it lies in lists and tuples. */
export function withTimes(value: Typed, path: string, formOf: FormOf, depth = 0): Typed {
  const { type, expression } = value;
  switch (type.kind) {
    case "String": {
      const form = formOf(path);
      if (form === "date-time") {
        return { expression: `parseDateTime64BestEffort(${expression}, 3, 'UTC')`, type: instant };
      }
      return form === "date" ? { expression: `toDate32(${expression})`, type: date } : value;
    }
    case "Nullable":
    case "LowCardinality": {
      const inner = withTimes({ expression, type: type.of }, path, formOf, depth);
      if (inner.type === type.of) return value;
      return { ...inner, type: type.kind === "Nullable" ? { kind: "Nullable", of: inner.type } : inner.type };
    }
    case "Array": {
      const item = `item${depth}`;
      const inner = withTimes({ expression: item, type: type.of }, path, formOf, depth + 1);
      if (inner.type === type.of) return value;
      return {
        expression: `arrayMap(${item} -> ${inner.expression}, ${expression})`,
        type: { kind: "Array", of: inner.type },
      };
    }
    case "Tuple":
      return tupleWithTimes(value, type.elements, path, formOf, depth);
    default:
      return value;
  }
}

function tupleWithTimes(
  value: Typed,
  elements: TypeElement[],
  path: string,
  formOf: FormOf,
  depth: number,
): Typed {
  const inner = elements.map(({ name, type }, i) =>
    withTimes(
      { expression: `tupleElement(${value.expression}, ${i + 1})`, type },
      `${path}.${name}`,
      formOf,
      depth,
    )
  );
  if (inner.every(({ type }, i) => type === elements[i].type)) return value;
  const type: ClickHouseType = {
    kind: "Tuple",
    elements: elements.map((element, i) => ({ ...element, type: inner[i].type })),
  };
  const list = inner.map(({ expression }) => expression).join(", ");
  return { expression: `CAST(tuple(${list}), ${quoteType(type)})`, type };
}

function quoteType(type: ClickHouseType): string {
  return quoteString(printType(type));
}

/** Whether there is text at a path in a result's columns, lists standing for their elements. */
export function hasTextAt(columns: { name: string; type: ClickHouseType }[], path: string): boolean {
  const [name, ...rest] = path.split(".");
  const type = columns.find((column) => column.name === name)?.type;
  return type !== undefined && isTextAt(type, rest);
}

function isTextAt(type: ClickHouseType, path: string[]): boolean {
  switch (type.kind) {
    case "Nullable":
    case "LowCardinality":
    case "Array":
      return isTextAt(type.of, path);
    case "Tuple": {
      const element = type.elements.find(({ name }) => name !== undefined && name === path[0]);
      return element !== undefined && isTextAt(element.type, path.slice(1));
    }
    default:
      return type.kind === "String" && path.length === 0;
  }
}
