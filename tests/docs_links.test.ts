import assert from "node:assert/strict";
import { root } from "../src/hosts/deno/sql_files.ts";
import { parsePage, readPages, targetOf } from "./docs/pages.ts";
import { createGateway } from "./gateway.ts";

const pages = await readPages();

/** Hosts that links may lead to; nothing is fetched from there. */
const hosts = ["k6.io"];

Deno.test("each link of the pages leads to a file, and to a heading in it", async () => {
  for (const page of pages) {
    for (const link of page.links.filter((link) => !/^https?:/.test(link))) {
      const { path, anchor } = targetOf(page.path, link);
      await assert.doesNotReject(Deno.stat(root + path), `${page.path} leads to ${link}`);
      if (anchor === undefined) continue;
      const target = pages.find((each) => each.path === path);
      assert.ok(target?.anchors.has(anchor), `${page.path} leads to ${link}: there is no such heading`);
    }
  }
});

Deno.test("each link to the gateway has an answer, and no link leads elsewhere unsaid", async () => {
  const gateway = await createGateway({ files: [] });
  for (const { path, links } of pages) {
    for (const link of links.filter((link) => /^https?:/.test(link))) {
      const url = new URL(link);
      if (url.host !== "localhost:8787") {
        assert.ok(hosts.includes(url.host), `${path} leads to ${link}`);
        continue;
      }
      const response = await gateway.fetch(url.pathname);
      await response.body?.cancel();
      assert.ok(response.status < 400, `${path} leads to ${link}`);
    }
  }
});

Deno.test("each page is in the README's list and in llms.txt", () => {
  for (const file of ["README.md", "llms.txt"]) {
    const { links } = pages.find(({ path }) => path === file)!;
    const listed = links.map((link) => targetOf(file, link).path);
    const missing = pages.map(({ path }) => path)
      .filter((path) => path.startsWith("docs/") && !listed.includes(path))
      .filter((path) => !path.startsWith("docs/decisions/") || path.endsWith("/README.md"));
    assert.deepEqual(missing, [], file);
  }
});

Deno.test("each decision is in their list", () => {
  const list = "docs/decisions/README.md";
  const { links } = pages.find(({ path }) => path === list)!;
  const listed = links.map((link) => targetOf(list, link).path);
  const missing = pages.map(({ path }) => path)
    .filter((path) => path.startsWith("docs/decisions/") && path !== list && !listed.includes(path));
  assert.deepEqual(missing, []);
});

Deno.test("the README and CONTRIBUTING are short", () => {
  for (const file of ["README.md", "CONTRIBUTING.md"]) {
    const { text } = pages.find(({ path }) => path === file)!;
    const bytes = new TextEncoder().encode(text).length;
    assert.ok(bytes <= 8_192, `${file} has ${bytes} bytes`);
  }
});

Deno.test("llms.txt has the form of llmstxt.org: a title, a summary, and lists of links with a line for each", () => {
  const { text } = pages.find(({ path }) => path === "llms.txt")!;
  assert.match(text, /^# .+\n\n(> .+\n)+\n/);
  const [, ...sections] = text.split(/^## /m);
  assert.ok(sections.length > 0);
  for (const section of sections) {
    const [name, ...lines] = section.trimEnd().split("\n");
    for (const line of lines.filter(Boolean)) assert.match(line, /^- \[[^\]]+\]\([^)]+\): .+$/, name);
  }
});

Deno.test("parsePage() finds links, headings and blocks as GitHub does", () => {
  const page = parsePage(
    "docs/a.md",
    "# What is `x`, and why?\n\n## Same\n\n## Same\n\n[b](b.md#c) `[no](link)` <https://k6.io>\n\n" +
      "Save `sql/a/b.sql`:\n\n```sql\n[no](link)\n```\n\n```text\n```\n",
  );
  assert.deepEqual([...page.anchors], ["what-is-x-and-why", "same", "same-1"]);
  assert.deepEqual(page.links, ["b.md#c", "https://k6.io"]);
  assert.deepEqual(page.blocks.map(({ line, language, file }) => [line, language, file]), [
    [12, "sql", "sql/a/b.sql"],
    [16, "text", undefined],
  ]);
  assert.deepEqual(targetOf("docs/domains/csr.md", "../events.md#fast"), {
    path: "docs/events.md",
    anchor: "fast",
  });
});
