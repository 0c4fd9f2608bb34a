import { suggestion } from "../base/suggestion.ts";
import { bindableType, ParameterError } from "../clickhouse/types/parameter.ts";
import { parseType } from "../clickhouse/types/type.ts";
import { TypeSyntaxError } from "../clickhouse/types/type_cursor.ts";
import { comparing, comparingEntry } from "./comparison.ts";
import type { FrontMatter, QuerySource } from "./front_matter.ts";
import { createParameter, EntryError, type Parameter } from "./parameter.ts";
import { maskSql, type Placeholder } from "./placeholders.ts";
import type { At } from "./query_file_error.ts";
import { reserved } from "./reserved_parameters.ts";

/** Parameters that a request may carry besides those of its query. */
const reservedByGateway = ["page", "pageSize", "cursor", "format", "table", "escapeFormulas"];

/** The parameters that callers fill, from a query's placeholders, its front matter and its path. Throws QueryFileError. */
export function createParameters(
  path: string,
  { frontMatter, sql, offsetOf }: QuerySource,
  placeholders: Placeholder[],
  at: At,
): Parameter[] {
  const isInCursor = (name: string) => Object.values(frontMatter.cursor ?? {}).includes(name);
  const parameters = new Map<string, { parameter: Parameter; type: string }>();
  for (const placeholder of placeholders) {
    const { name, offset } = placeholder;
    const type = placeholder.type.replaceAll(/\s+/g, "");
    if (Object.hasOwn(reserved, name)) {
      if (name === "newId" && !frontMatter.method) {
        throw at(offset, "Only a writing endpoint binds {newId:UUID}: a query has no new things");
      }
      if (type === reserved[name]) continue;
      throw at(offset, `{${name}} has the type ${reserved[name]}, not ${placeholder.type}`);
    }
    const known = parameters.get(name);
    if (!known) {
      checkName(placeholder, at);
      const create = () => {
        const parsed = parseType(placeholder.type);
        const reason = bindableType(parsed);
        if (reason) throw new ParameterError(reason);
        const place = path.includes(`{${name}}`) ? "path" : isInCursor(name) ? "cursor" : "query";
        if (name === comparing) return createComparing(frontMatter, type);
        return createParameter(name, parsed, frontMatter.params[name] ?? {}, place);
      };
      parameters.set(name, { parameter: atPlace(create, placeholder, offsetOf, at), type });
    } else if (known.type !== type) {
      throw at(offset, `{${name}} has the type ${placeholder.type} here and ${known.type} above`);
    }
  }
  const bindsNow = placeholders.some(({ name }) => name === "now");
  for (const [name, { replacesNow }] of Object.entries(frontMatter.params)) {
    const known = parameters.get(name);
    if (!known) {
      const foreign = foreignPlaceholder(sql, name);
      if (foreign >= 0) {
        const way = `{${name}:Type}, with a type of ClickHouse such as String or Date`;
        throw at(foreign, `A parameter is written ${way}`);
      }
      const near = suggestion(name, [...parameters.keys()]);
      const message = `The front matter names the parameter "${name}", which the SQL lacks${near}`;
      throw at(offsetOf(["params", name]), message);
    }
    if (replacesNow && !(bindsNow && known.type.startsWith("Nullable("))) {
      const message = `"${name}" can stand in place of {now} if the SQL has both, and it is Nullable`;
      throw at(offsetOf(["params", name]), message);
    }
  }
  for (const [, name] of path.matchAll(/\{([^}]+)\}/g)) {
    if (!parameters.has(name)) throw at(0, `The path names the parameter "${name}", which the SQL lacks`);
  }
  return [...parameters.values()].map(({ parameter }) => parameter);
}

/** Where the SQL writes a parameter as other programs do (`:since`, `$since`, `@since`, `{{since}}`, `%(since)s`), or -1. */
function foreignPlaceholder(sql: string, name: string): number {
  return maskSql(sql).search(new RegExp(`(?:[:$@]|\\{\\{\\s*|%\\()${name}\\b`));
}

/** The tenants to compare; routes put the caller's own in when none are named. Throws ParameterError. */
function createComparing(frontMatter: FrontMatter, type: string): Parameter {
  if (frontMatter.tenant !== "compare") throw new ParameterError("is for queries with `tenant: compare`");
  if (type !== "Array(String)") throw new ParameterError(`has the type Array(String), not ${type}`);
  return {
    ...createParameter(comparing, parseType(type), comparingEntry(frontMatter), "query"),
    required: false,
  };
}

function checkName({ name, offset }: Placeholder, at: At): void {
  if (reservedByGateway.includes(name)) throw at(offset, `The name "${name}" is taken by the gateway`);
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) {
    throw at(offset, `The parameter "${name}" must be in camelCase`);
  }
}

function atPlace(
  create: () => Parameter,
  { name, offset }: Placeholder,
  offsetOf: QuerySource["offsetOf"],
  at: At,
): Parameter {
  try {
    return create();
  } catch (error) {
    if (error instanceof EntryError) {
      const path = ["params", name, error.key];
      throw at(offsetOf(path), `Front matter key "${path.join(".")}"${error.message}`);
    }
    const reason = error instanceof TypeSyntaxError ? error.reason : (error as Error).message;
    throw at(offset, `Parameter "${name}": ${reason}`);
  }
}
