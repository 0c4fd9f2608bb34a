import { columnType, type Field } from "./field.ts";
import { halfPairField, halfPairRule, ownVersion, parsingOf, versionOf } from "./parsing.ts";
import type { StreamName } from "./stream_name.ts";
import { fill } from "./template.ts";
import jsonSql from "./templates/json.sql" with { type: "text" };
import jsonOddSql from "./templates/json_odd_mv.sql" with { type: "text" };
import jsonPlainSql from "./templates/json_plain_mv.sql" with { type: "text" };
import landingSql from "./templates/landing.sql" with { type: "text" };
import keepSql from "./templates/mv.sql" with { type: "text" };
import oddSql from "./templates/odd.sql" with { type: "text" };
import oddViewSql from "./templates/odd_mv.sql" with { type: "text" };
import parsedSql from "./templates/parsed.sql" with { type: "text" };
import parsedViewSql from "./templates/parsed_mv.sql" with { type: "text" };
import rejectedSql from "./templates/rejected_mv.sql" with { type: "text" };
import tableSql from "./templates/table.sql" with { type: "text" };

/** The migrations of a stream in their order: the object that each makes, and its text. */
export function streamMigrations(
  { stream }: StreamName,
  fields: Field[],
): { object: string; text: string }[] {
  const version = versionOf(fields);
  const columns = [
    ...fields.map((field) => `${field.column} ${columnType(field)}`),
    ...(version.column === "version" ? ["version DateTime64(3, 'UTC')"] : []),
  ];
  const hasEmpty = fields.some(({ isOptional, isList, type }) => isOptional && !isList && !type.isNullable);
  const of = (object: string, template: string, texts: Record<string, string> = {}) => ({
    object,
    text: fill(template, { stream, ...texts }),
  });
  const { types, instants, halfPairs, rules, columns: values } = parsingOf(fields);
  const beside = [...instants, ...(halfPairs.length ? [halfPairField(halfPairs)] : [])];
  return [
    of(`${stream}_landing`, landingSql),
    of(`${stream}_odd`, oddSql),
    of(`${stream}_json`, jsonSql),
    of(`${stream}_parsed`, parsedSql, { columns: columns.join(",\n") }),
    of(stream, tableSql, {
      columns: columns.join(",\n"),
      version: version.column,
      versions: version.says,
      absent: hasEmpty ? " Text that nobody gave is ''." : "",
    }),
    of(`${stream}_mv`, keepSql, { columns: columns.map((column) => column.split(" ")[0]).join(",\n") }),
    of(`rejected_events_${stream}_mv`, rejectedSql),
    of(`${stream}_parsed_mv`, parsedViewSql, {
      members: `{${fields.map(({ name, isOptional }) => `"${name}"${isOptional ? "?" : ""}`).join(", ")}}`,
      types: types.join(",\n"),
      beside: beside.map((each) => `,\n${each}`).join(""),
      rules: [...(halfPairs.length ? [halfPairRule] : []), ...rules].join("\n"),
      columns: [...values, ...ownVersion(fields)].join(",\n"),
    }),
    of(`${stream}_json_odd_mv`, jsonOddSql),
    of(`${stream}_odd_mv`, oddViewSql),
    of(`${stream}_json_plain_mv`, jsonPlainSql),
  ];
}
