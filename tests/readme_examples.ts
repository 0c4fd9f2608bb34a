import { root } from "../src/hosts/deno/sql_files.ts";

/** A request of the README. */
export interface Example {
  method: string;
  path: string;
  body: string | undefined;
  /** What the README prints below the command; empty for an answer without a body. */
  answer: string;
}

/** The commands of a section, each with its answer. */
export async function examplesOf(heading: string): Promise<Example[]> {
  const readme = await Deno.readTextFile(`${root}README.md`);
  const [, section] = readme.split(`\n## ${heading}\n`);
  const blocks = section.split("\n## ")[0].matchAll(/```console\n([^]*?)```/g);
  return [...blocks].flatMap(([, block]) => block.split(/^\$ curl -s(?= )/m).slice(1)).map((text) => {
    const [command, ...lines] = text.trimEnd().split("\n");
    const [, path] = /http:\/\/localhost:8787(\/[^\s"']+)/.exec(command)!;
    const end = lines.indexOf("END");
    const body = end >= 0 ? lines.slice(0, end).join("\n") : / -d '(.*)'$/.exec(command)?.[1];
    const method = / -X ([A-Z]+) /.exec(command)?.[1] ?? (body === undefined ? "GET" : "POST");
    return { method, path, body, answer: lines.slice(end + 1).join("") };
  });
}

/** An answer as the README prints it, without what "…" stands for. */
export function shownIn({ answer }: Example) {
  return JSON.parse(answer.replaceAll("…,", "").replaceAll(/,?…/g, ""));
}
