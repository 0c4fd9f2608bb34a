/** What packages do when they are loaded, and the gateway can do without. */
const burdens: [what: string, text: RegExp, instead: string][] = [
  // its texts in fifty languages were a sixth of the module; nothing but its object `z` speaks of them
  ["zod's languages", /^ {2}locales: \(\) => locales_exports,\n/gm, ""],
  ["zod's languages", /^__export\(locales_exports, \{[^}]*\}\);\n/gm, ""],
  // workerd looks up where each error was made: one that is made at the top has V8 parse the whole module again
  [
    "async-mutex's errors",
    /^(var E_\w+ = )new Error\((".+")\);$/gm,
    "$1Object.create(Error.prototype, { message: { value: $2 } });",
  ],
];

/** The bundled module without what only makes its start slower. Throws when it is bundled in another way. */
export function lighten(module: string): string {
  return burdens.reduce((text, [what, burden, instead]) => replaceAny(text, what, burden, instead), module);
}

function replaceAny(text: string, what: string, burden: RegExp, instead: string): string {
  if (text.search(burden) < 0) throw new Error(`Cannot leave out ${what}: they are bundled in another way`);
  return text.replaceAll(burden, instead);
}
