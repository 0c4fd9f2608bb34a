import { escapeString, quoteString } from "../string_literal.ts";
import type { ClickHouseType, JsonArgument, TypeElement } from "./type.ts";

/** Returns the type as ClickHouse prints it on one line; parseType reads it back to an equal type. */
export function printType(type: ClickHouseType): string {
  switch (type.kind) {
    case "Integer":
      return `${type.signed ? "" : "U"}Int${type.bits}`;
    case "Decimal":
      return `Decimal(${type.precision}, ${type.scale})`;
    case "FixedString":
      return `FixedString(${type.length})`;
    case "DateTime":
      return type.zone === undefined ? "DateTime" : `DateTime(${quoteString(type.zone)})`;
    case "DateTime64":
      return `DateTime64(${type.precision}${type.zone === undefined ? "" : `, ${quoteString(type.zone)}`})`;
    case "Time64":
      return `Time64(${type.precision})`;
    case "Interval":
      return `Interval${type.unit}`;
    case "Enum":
      return `Enum${type.bits}(${type.values.map((v) => `${quoteString(v.name)} = ${v.value}`).join(", ")})`;
    case "Nullable":
    case "LowCardinality":
    case "Array":
      return `${type.kind}(${printType(type.of)})`;
    case "Map":
      return `Map(${printType(type.key)}, ${printType(type.value)})`;
    case "Tuple":
    case "Nested":
      return `${type.kind}(${type.elements.map(printElement).join(", ")})`;
    case "Variant":
      return `Variant(${type.alternatives.map(printType).join(", ")})`;
    case "Dynamic":
      return type.maxTypes === undefined ? "Dynamic" : `Dynamic(max_types=${type.maxTypes})`;
    case "JSON":
      return type.arguments.length === 0
        ? "JSON"
        : `JSON(${type.arguments.map(printJsonArgument).join(", ")})`;
    case "AggregateFunction": {
      const family = type.simple ? "SimpleAggregateFunction" : "AggregateFunction";
      return `${family}(${[type.call, ...type.of.map(printType)].join(", ")})`;
    }
    case "QBit":
      return `QBit(${printType(type.of)}, ${type.dimension})`;
    default:
      return type.kind;
  }
}

function printElement({ name, type }: TypeElement): string {
  return name === undefined ? printType(type) : `${printName(name)} ${printType(type)}`;
}

function printJsonArgument(argument: JsonArgument): string {
  if ("limit" in argument) return `${argument.limit}=${argument.value}`;
  if ("skip" in argument) return `SKIP ${printName(argument.skip)}`;
  if ("skipPattern" in argument) return `SKIP REGEXP ${quoteString(argument.skipPattern)}`;
  // Bare, a path called skip would be the keyword.
  const path = /^skip$/i.test(argument.path) ? `\`${argument.path}\`` : printName(argument.path);
  return `${path} ${printType(argument.type)}`;
}

/** Returns the name as an identifier. The server quotes a few words besides what is none (writeProbablyBackQuotedString). */
export function printName(name: string): string {
  const bare = /^[A-Za-z_]\w*$/.test(name) && !/^(all|distinct|from|null|select|table)$/i.test(name);
  return bare ? name : `\`${escapeString(name).replaceAll("\\'", "'").replaceAll("`", "\\`")}\``;
}
