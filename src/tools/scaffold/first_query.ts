import type { Field } from "./field.ts";
import { countName } from "./parsing.ts";
import type { StreamName } from "./stream_name.ts";
import { fill } from "./template.ts";
import querySql from "./templates/query.sql" with { type: "text" };

/** The first query of a stream and its test, as files hold them. */
export function firstQuery({ stream, noun }: StreamName, fields: Field[]): { sql: string; test: string } {
  const count = countName(noun, fields);
  const group = fields.find(({ type, isList }) => !isList && (type.values || type.written === "Bool"));
  const time = fields.find(({ type, isList, isOptional }) =>
    type.written === "DateTime" && !isList && !isOptional
  );
  return { sql: queryText(), test: testText() };

  function queryText(): string {
    const title = noun.replaceAll(/[_-]/g, " ");
    const Title = title[0].toUpperCase() + title.slice(1);
    const params = time &&
      'params:\n  since: { description: First instant counted, default: "1970-01-01", example: "2026-03-01" }';
    const since = time ? `, of those whose ${time.name} is not before an instant` : "";
    return fill(querySql, {
      stream,
      summary: group ? `${Title} by ${group.name}` : `Number of ${title}`,
      description: group
        ? `How many ${title} there are of each ${group.name}${since}.`
        : `How many ${title} there are${since}.`,
      header: [
        ...(params ? [params] : []),
        ...(group ? [] : ["returns: object"]),
        "columns:",
        ...(group ? [`  ${group.name}: ${group.name}, as it is sent`] : []),
        `  ${count}: How many`,
      ].join("\n"),
      columns: [
        ...(group ? [group.column === group.name ? group.name : `${group.column} AS ${group.name}`] : []),
        `count() AS ${count}`,
      ].join(",\n"),
      conditions: [
        "tenant_id = {tenantId:String}",
        ...(time ? [`${time.column} >= {since:DateTime64(3, 'UTC')}`] : []),
      ].join("\n  AND "),
      grouping: group ? `GROUP BY ${group.name}\nORDER BY ${count} DESC, ${group.name}` : "",
    });
  }

  function testText(): string {
    // rows 1 and 2 are of one group, row 3 of another and later, and row 1 comes twice
    const rows = [1, 2, 3, 1].map((row) => `    - ${rowText(row)}`).join("\n");
    const expected = (numbers: number[]) => {
      if (!group) return `{ ${count}: ${numbers.length} }`;
      const values = numbers.map((row) => JSON.stringify(group.type.example(row)));
      const lines = [...new Set(values)].map((value) =>
        `\n      - { ${group.name}: ${value}, ${count}: ${values.filter((each) => each === value).length} }`
      );
      return lines.join("");
    };
    return `# Expected numbers are worked out by hand. docs/query-files.md describes the format.
now: 2026-03-10T12:00:00Z
given:
  ${stream}:
${rows}
others:
  ${stream}:
    - ${rowText(4)}
cases:
  - name: counts each id once, although a line came twice
    then: ${expected([1, 2, 3])}
${
      time
        ? `  - name: counts from the instant on
    when: { since: 2026-03-06T00:00:00Z }
    then: ${expected([3])}
  - name: refuses what is not a date
    when: { since: yesterday }
    problem: { status: 400, parameter: since }
`
        : ""
    }`;
  }

  function rowText(row: number): string {
    return `{ ${
      Object.entries(exampleRow(fields, row)).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
        .join(", ")
    } }`;
  }
}

/** A line of the stream without what is optional, unless the test counts by it. */
export function exampleRow(fields: Field[], row: number): Record<string, unknown> {
  const wanted = fields.filter(({ isOptional, type }) =>
    !isOptional || type.values || type.written === "Bool"
  );
  return Object.fromEntries(
    wanted.map(({ name, type, isList }) => [name, isList ? [type.example(row)] : type.example(row)]),
  );
}
