import { quoteString } from "../../clickhouse/string_literal.ts";
import { camelCase, type Field } from "./field.ts";

/** The lines of SQL that fields bring into the view that parses a stream, without what stands between them. */
export interface Parsing {
  /** Elements of the tuple of texts. */
  types: string[];
  /** What is worked out once, beside the tuple. */
  instants: string[];
  /** Cases of `halfPairField`: which text holds half of a pair. */
  halfPairs: string[];
  /** Cases of `reason`. */
  rules: string[];
  columns: string[];
}

/** How `reason` tells of `halfPairField`. */
export const halfPairRule =
  "halfPairField != '',\n    concat(halfPairField, ' holds half of a surrogate pair'),";

/** A text's SQL where the line is extracted. */
const textOf = ({ name }: Field) => `fields.${name}`;
const isText = ({ type }: Field) => type.written === "String";
const isId = ({ name }: Field) => name === "id" || name.endsWith("Id");
const isInstant = ({ type, isList }: Field) => type.written === "DateTime" && !isList;
/** An instant is parsed once, under a name that no column can have. */
const instantOf = ({ name }: Field) => `${name}Instant`;

/** How lines become rows of these fields. */
export function parsingOf(fields: Field[]): Parsing {
  return {
    types: fields.map(({ name, isList }) => `${name} ${isList ? "Array(String)" : "String"}`),
    instants: fields.filter(isInstant).map((field) =>
      `event_instant(${textOf(field)}) AS ${instantOf(field)}`
    ),
    halfPairs: fields.filter(isText).map((field) => {
      const holds = field.isList
        ? `arrayExists(each -> position(each, half_pair()) > 0, ${textOf(field)})`
        : `position(${textOf(field)}, half_pair()) > 0`;
      return `${holds}, '${field.name}',`;
    }),
    rules: fields.flatMap(rulesOf),
    columns: fields.map((field) => `${valueOf(field)} AS ${field.column}`),
  };
}

/** The field that holds half of a surrogate pair, '' if none; of such cases. */
export function halfPairField(cases: string[]): string {
  return [
    "multiIf(",
    "    json = line, '',",
    ...cases.map((each) => `    ${each}`),
    "    '') AS halfPairField",
  ].join("\n");
}

function rulesOf(field: Field): string[] {
  const { name, isList, isOptional } = field;
  const rule = (breaks: string, reason: string) => `${breaks},\n    ${reason},`;
  const type = `JSONType(json, '${name}')`;
  const missing = isList ? `${type} = 'Null'` : `${textOf(field)} = ''`;
  const rules = isOptional ? [] : [rule(missing, quoteString(`${name} is missing`))];
  if (isList) rules.push(rule(`${type} NOT IN ('Array', 'Null')`, quoteString(`${name} is not a list`)));
  const given = isOptional && !isList && !isText(field) ? `${textOf(field)} != '' AND ` : "";
  return [...rules, ...brokenBy(field).map(([breaks, reason]) => rule(given + breaks, reason))];
}

function brokenBy(field: Field): [breaks: string, reason: string][] {
  const { name, type, isList } = field;
  const text = textOf(field);
  if (isList) {
    return type.rules.map(({ breaks, says }) => {
      const test = `each -> ${breaks("each")}`;
      const reason = quoteString(`an element of ${name} ${says}: `);
      return [`arrayExists(${test}, ${text})`, `concat(${reason}, quoted(arrayFirst(${test}, ${text})))`];
    });
  }
  if (isText(field) && isId(field)) {
    return [[`id_problem(${text}) != ''`, `concat('${name} ', id_problem(${text}))`]];
  }
  // a string may hold what looks like JSON
  const isString = isText(field) ? ` AND JSONType(json, '${name}') != 'String'` : "";
  return type.rules.map(({ breaks, says }) => [
    (isInstant(field) ? breaks(text).replace(`event_instant(${text})`, instantOf(field)) : breaks(text)) +
    isString,
    `concat(${quoteString(`${name} ${says}: `)}, quoted(${text}))`,
  ]);
}

function valueOf(field: Field): string {
  const { type, isList, isOptional } = field;
  if (isList) {
    return type.value("each") === "each"
      ? textOf(field)
      : `arrayMap(each -> ${type.value("each")}, ${textOf(field)})`;
  }
  if (isInstant(field)) return isOptional ? instantOf(field) : `assumeNotNull(${instantOf(field)})`;
  return isOptional && type.nullable ? type.nullable(textOf(field)) : type.value(textOf(field));
}

/** The field by which a stream's lines say which is the last of an id. */
const updatedAt = "updatedAt";

/** How a table knows the last version of an id: the column, and a sentence for its comment. */
export function versionOf(fields: Field[]): { column: string; says: string } {
  if (fields.some((field) => field.name === updatedAt && isInstant(field) && !field.isOptional)) {
    return { column: "updated_at", says: "The latest updated_at wins, whatever the order of delivery." };
  }
  const instants = fields.filter(isInstant).map(({ column }) => column);
  const says = !instants.length
    ? "The one that came last wins: version is the time of its arrival."
    : `The one that tells the latest time wins, whatever the order of delivery: version is ${
      instants.length > 1 ? `the latest of ${instants.join(", ")}` : instants[0]
    }.`;
  return { column: "version", says };
}

/** The column `version`, where a stream has one. */
export function ownVersion(fields: Field[]): string[] {
  if (versionOf(fields).column !== "version") return [];
  const instants = fields.filter(isInstant).map((field) =>
    `ifNull(${instantOf(field)}, toDateTime64(0, 3, 'UTC'))`
  );
  if (!instants.length) return ["received_at AS version"];
  const latest = instants.length > 1 ? `greatest(\n    ${instants.join(",\n    ")})` : instants[0];
  return [`${latest} AS version`];
}

/** Name of the result column that counts a stream's rows; no field has it. */
export function countName(stream: string, fields: Field[]): string {
  const name = camelCase(stream);
  return fields.some((field) => field.name === name || field.column === name) ? `${name}Count` : name;
}
