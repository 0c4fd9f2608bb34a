import { dirname, join } from "node:path/posix";
import { root } from "../../src/hosts/deno/sql_files.ts";

/** A fenced block of a page. */
export interface Block {
  page: string;
  /** Line of its first line, from 1. */
  line: number;
  /** Its language, such as `console`. */
  language: string;
  text: string;
  /** The file that it shows: the last name in the paragraph before it, when that ends with a colon. */
  file: string | undefined;
}

/** A page of the documentation. */
export interface Page {
  /** Path from the repository's root. */
  path: string;
  text: string;
  blocks: Block[];
  /** Its text without the fenced blocks. */
  prose: string;
  /** Code within its prose, without the backticks. */
  codes: string[];
  /** Targets of its links and pictures, as written. */
  links: string[];
  /** What its headings are called in an address. */
  anchors: Set<string>;
}

/** A command of a page. */
export interface Example {
  page: string;
  line: number;
  /** What follows `$ `, with the lines of its here-document. */
  command: string;
  /** What the page prints below it; empty when it prints nothing. */
  shown: string;
}

/** Every page, those of `docs/` in the order of their paths. */
export async function readPages(): Promise<Page[]> {
  const paths = ["README.md", "CONTRIBUTING.md", "llms.txt", ...await listPages("docs")];
  return await Promise.all(
    paths.map(async (path) => parsePage(path, await Deno.readTextFile(root + path))),
  );
}

async function listPages(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
    if (isDirectory) paths.push(...await listPages(`${folder}/${name}`));
    else if (name.endsWith(".md")) paths.push(`${folder}/${name}`);
  }
  return paths.toSorted();
}

export function parsePage(path: string, text: string): Page {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  const prose: string[] = [];
  /** Where the prose after the latest block begins. */
  let since = 0;
  for (let i = 0; i < lines.length; i++) {
    const [, indent, fence, language] = /^( *)(```+)(.*)$/.exec(lines[i]) ?? [];
    if (fence === undefined) {
      prose.push(lines[i]);
      continue;
    }
    const end = lines.findIndex((line, n) => n > i && line.trim() === fence);
    if (end < 0) throw new Error(`${path}:${i + 1}: The block has no end`);
    const code = lines.slice(i + 1, end).map((line) => line.slice(indent.length)).join("\n");
    const file = language.trim() === "console" ? undefined : fileNamed(prose.slice(since));
    blocks.push({ page: path, line: i + 2, language: language.trim(), text: code, file });
    prose.push("");
    since = prose.length;
    i = end;
  }
  const withoutBlocks = prose.join("\n");
  const withoutCode = withoutBlocks.replaceAll(/`[^`]+`/g, "");
  return {
    path,
    text,
    blocks,
    prose: withoutBlocks,
    codes: [...withoutBlocks.matchAll(/`([^`]+)`/g)].map(([, code]) => code.replaceAll(/\s+/g, " ")),
    links: [...withoutCode.matchAll(/\]\(([^)\s]+)\)|<(https?:[^>\s]+)>/g)].map(([, a, b]) => a ?? b),
    anchors: anchorsOf(prose),
  };
}

/** The file in the last paragraph when that leads to a block: "Save this as `sql/outreach/channels.sql`:". */
function fileNamed(prose: string[]): string | undefined {
  const paragraph = prose.join("\n").trimEnd().split(/\n\s*\n/).at(-1)!;
  if (!paragraph.endsWith(":")) return undefined;
  return [...paragraph.matchAll(/`([\w./[\]-]+\.(?:sql|yaml|ts|csv|ndjson))`/g)].at(-1)?.[1];
}

/** As GitHub makes them: lower case, spaces to hyphens, other signs dropped, and a number for a second of the same name. */
function anchorsOf(prose: string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    const [, heading] = /^#+ (.+)$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const name = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    let anchor = name;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${name}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The commands of a block of the language `console`, each with what is printed below it. */
export function examplesOf({ page, line, text }: Block): Example[] {
  const examples: Example[] = [];
  let isCommand = false;
  let end: string | undefined;
  text.split("\n").forEach((each, i) => {
    const current = examples.at(-1);
    if (each.startsWith("$ ")) {
      examples.push({ page, line: line + i, command: each.slice(2), shown: "" });
    } else if (!current) {
      throw new Error(`${page}:${line + i}: A block of the language console begins with "$ "`);
    } else if (isCommand) {
      current.command += `\n${each}`;
    } else {
      current.shown += `${each}\n`;
      return;
    }
    const { command } = examples.at(-1)!;
    end ??= /<<'?(\w+)'?$/m.exec(command)?.[1];
    isCommand = end !== undefined ? each !== end : each.endsWith("\\");
    if (!isCommand) end = undefined;
  });
  return examples;
}

/** The page and anchor that a relative link leads to. */
export function targetOf(page: string, link: string): { path: string; anchor: string | undefined } {
  const [file, anchor] = link.split("#");
  return { path: file ? join(dirname(page), file) : page, anchor };
}
