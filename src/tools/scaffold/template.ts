/**
 * Fills a template: `{{name}}` becomes the text of that name, of which each further line begins as far to the right as the
 * template's. A line of an empty text alone is left out.
 */
export function fill(template: string, texts: Record<string, string>): string {
  return template.split("\n").flatMap((line) => {
    const [indent] = /^ */.exec(line)!;
    const [, alone] = /^ *\{\{(\w+)\}\}$/.exec(line) ?? [];
    if (alone && texts[alone] === "") return [];
    return [line.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => texts[name].replaceAll("\n", `\n${indent}`))];
  }).join("\n");
}
