import { type FieldType, fieldType } from "./field_type.ts";
import { Refusal } from "./refusal.ts";

/** A field of a stream's lines, and the column that it becomes. */
export interface Field {
  /** In JSON, such as `openedAt`. */
  name: string;
  /** Such as `opened_at`. */
  column: string;
  /** Of a list, of its elements. */
  type: FieldType;
  isList: boolean;
  isOptional: boolean;
}

/** Names that a column cannot have in the engine without quotes, each tried there. */
export const reservedWords = [
  ...["all", "constraint", "cube", "distinct", "false", "index", "inf", "interval", "nan", "not", "null"],
  ...["projection", "rollup", "top", "true"],
];
/** Columns and names that a stream has besides its fields. */
const ownNames = [
  ...["tenant_id", "request_id", "line_number", "source", "fault", "line", "received_at", "plain", "json"],
  ...["problem", "reason", "version", "fields"],
];
const idTypes = ["UUID", "String", "Int", "UInt", "Int32", "Int64", "UInt32", "UInt64"];

/** Such as `opened_at` of `openedAt`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** Such as `openedAt` of `opened_at`. */
export function camelCase(name: string): string {
  return name.replaceAll(/[_-]+([A-Za-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** Reads fields such as `closedAt:DateTime?`, of which no two are one. Throws Refusal. */
export function parseFields(written: string[]): Field[] {
  const fields = written.map(parseField);
  for (const [i, { name, column }] of fields.entries()) {
    const other = fields.slice(0, i).find((each) => each.column === column);
    if (other?.name === name) throw new Refusal(`The field "${name}" comes twice`);
    if (other) {
      throw new Refusal(`The fields "${other.name}" and "${name}" would both be the column ${column}`);
    }
  }
  return fields;
}

/** Reads the fields of a new stream. Throws Refusal. */
export function streamFields(written: string[]): Field[] {
  const fields = parseFields(written);
  const id = fields.find(({ name }) => name === "id");
  if (!id) {
    throw new Refusal("A stream needs an id, by which a line that comes again counts once: add id:UUID");
  }
  if (id.isOptional || id.isList || !idTypes.includes(id.type.written)) {
    throw new Refusal(
      `Each line has an id: write id:UUID, id:String or id:Int, not "${written[fields.indexOf(id)]}"`,
    );
  }
  return fields;
}

function parseField(written: string): Field {
  const [, name, typeText] = /^([^:]+):(.+)$/s.exec(written) ?? [];
  if (!name) throw new Refusal(`Write a field as NAME:TYPE, such as closedAt:DateTime?, not "${written}"`);
  if (!/^[a-z][A-Za-z0-9]{0,63}$/.test(name)) {
    const camel = camelCase(name).replace(/^[A-Z]/, (letter) => letter.toLowerCase());
    const hint = /^[a-z][A-Za-z0-9]*$/.test(camel) ? `, as "${camel}"` : ", such as openedAt";
    throw new Refusal(`Name the field in camelCase${hint}, not "${name}"`);
  }
  const column = snakeCase(name);
  if (ownNames.includes(column)) {
    throw new Refusal(`Name the field "${name}" otherwise: each stream has a ${column} of its own`);
  }
  if (reservedWords.includes(column)) {
    throw new Refusal(`Name the field "${name}" otherwise: it is a word of SQL`);
  }
  const isOptional = typeText.endsWith("?");
  const bare = isOptional ? typeText.slice(0, -1) : typeText;
  const [, element] = /^Array\((.*)\)$/s.exec(bare) ?? [];
  try {
    return { name, column, type: fieldType(element ?? bare), isList: element !== undefined, isOptional };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`${name}: ${error.message}`);
  }
}

/** The type of the field's column. */
export function columnType({ type, isList, isOptional }: Field): string {
  if (isList) return `Array(${type.column})`;
  return isOptional && type.isNullable ? `Nullable(${type.column})` : type.column;
}
