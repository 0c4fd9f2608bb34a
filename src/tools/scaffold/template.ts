/**
 * Fills a template: `{{name}}` becomes the text of that name, and of a text of several lines each begins as far to the right
 * as the template has it. A line of an empty text alone is left out.
 */
export function fill(template: string, texts: Record<string, string>): string {
  return template.split("\n").flatMap((line) => {
    const [, indent, alone] = /^( *)\{\{(\w+)\}\}$/.exec(line) ?? [];
    if (alone) return texts[alone] === "" ? [] : texts[alone].split("\n").map((each) => indent + each);
    return [line.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => texts[name])];
  }).join("\n");
}
