import type { ClickHouseType } from "../clickhouse/types/type.ts";
import type { QuerySource } from "./front_matter.ts";
import type { Parameter } from "./parameter.ts";
import type { At } from "./query_file_error.ts";
import type { Column } from "./query_rules.ts";

/**
 * Refuses the front matter's cursor whose columns or placeholders are not there or cannot be null (a placeholder must, on the
 * first page) or could be (a column, or the pages would begin again). Throws QueryFileError.
 */
export function checkCursor(
  columns: Column[],
  parameters: Parameter[],
  { frontMatter, offsetOf }: QuerySource,
  at: At,
): void {
  const taken = new Set<string>();
  for (const [name, placeholder] of Object.entries(frontMatter.cursor ?? {})) {
    const fault = (message: string) =>
      at(offsetOf(["cursor", name]), `The cursor's column "${name}" ${message}`);
    const column = columns.find((each) => each.name === name);
    const parameter = parameters.find((each) => each.name === placeholder);
    if (!column) throw fault("is none that the query returns");
    if (!isKey(column.type)) throw fault("must be a single value that is never null");
    if (!parameter) throw fault(`names the placeholder "${placeholder}", which the SQL lacks`);
    if (parameter.in !== "cursor") throw fault(`names a parameter of the path, "${placeholder}"`);
    if (parameter.defaultText !== nullText) {
      throw fault(
        `names "${placeholder}", which must be Nullable and without a default: it is null on page 1`,
      );
    }
    if (taken.has(placeholder)) throw fault(`names "${placeholder}", as another column does`);
    taken.add(placeholder);
  }
}

const nullText = "\\N";

function isKey(type: ClickHouseType): boolean {
  if (type.kind === "LowCardinality") return isKey(type.of);
  const kinds = ["String", "Integer", "Decimal", "UUID", "IPv4", "IPv6", "Enum", "Bool", "Float64"];
  return [...kinds, "Date", "Date32", "DateTime", "DateTime64"].includes(type.kind);
}
