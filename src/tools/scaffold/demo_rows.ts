import type { Field } from "./field.ts";
import type { StreamName } from "./stream_name.ts";
import { fill } from "./template.ts";
import demoSql from "./templates/demo.sql" with { type: "text" };

/** An instant some hours after the first of its row, but not in the future. */
const later = "iso_millis(least(at + toIntervalHour(1 + chance % 48), {until:DateTime64(3, 'UTC')}), 'UTC')";

/** The statement that loads days of demo rows into a stream. */
export function demoRows({ stream }: StreamName, fields: Field[]): string {
  const begin = fields.find(({ type }) => type.written === "DateTime");
  const valueOf = (field: Field) => {
    const isLater = field !== begin && field.type.written === "DateTime";
    const value = field.name === "id" ? idOf(field) : isLater ? later : field.type.demo.value;
    if (field.isList) return `[${value}]`;
    return field.isOptional ? `if(sipHash64(chance, '${field.name}') % 4 = 0, NULL, ${value})` : value;
  };
  const typeOf = ({ type, isList, isOptional }: Field) => {
    if (isList) return `Array(${type.demo.type})`;
    return isOptional ? `Nullable(${type.demo.type})` : type.demo.type;
  };
  return fill(demoSql, {
    stream,
    values: fields.map(valueOf).join(",\n"),
    types: fields.map((field) => `${field.name} ${typeOf(field)}`).join(", "),
  });
}

/** A value that no other demo row of the tenant has. */
function idOf({ type: { written, column, demo } }: Field): string {
  if (written === "UUID") return demo.value;
  if (written === "String") return "concat(tenant, '-', toString(day), '-', toString(number))";
  return `to${column}(toUInt32(day) * 1000 + number)`;
}
