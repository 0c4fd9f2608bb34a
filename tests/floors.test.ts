import assert from "node:assert/strict";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

// docs/architecture.md draws these floors and says what each room does.

/** The rooms of `src/`, from the ground up: a file imports from its own room and from rooms on lower floors. */
const floors = [
  ["base"],
  ["clickhouse"],
  ["http", "isolation"],
  ["auth"],
  ["catalog", "limits", "stream"],
  ["query", "quality"],
  ["cache"],
  ["observe"],
  ["ingest"],
  ["api"],
  ["app.ts"],
  ["gateway.ts"],
  ["hosts"],
  ["tools"],
];

const source = fileURLToPath(new URL("../src/", import.meta.url));
const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));
const roomOf = (file: string) => file.split("/", 1)[0];

/** The files of `src/` that each of them imports, both relative to it; a test may import whatever it tests with. */
async function readImports(): Promise<Map<string, string[]>> {
  const imports = new Map<string, string[]>();
  for await (const file of walk("")) {
    const text = await Deno.readTextFile(source + file);
    const specifiers = text.matchAll(
      /(?:^|\n)(?:import|export)\s[^;]*?"(\.{1,2}\/[^"]+)"|\bimport\("(\.[^"]+)"\)/g,
    );
    const targets = [...specifiers].map(([, one, other]) => normalize(join(dirname(file), one ?? other)));
    imports.set(file, targets.filter((target) => !target.startsWith("../")));
  }
  return imports;
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(source + folder)) {
    if (isDirectory) yield* walk(`${folder}${name}/`);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield folder + name;
  }
}

Deno.test("every file of src stands in a room, and every room has files", async () => {
  const rooms = new Set([...(await readImports()).keys()].map(roomOf));
  assert.deepEqual([...rooms].toSorted(), [...floorOf.keys()].toSorted());
});

/** The file of each room that begins with the sentence about it. */
const mainFiles = [
  "base/problem.ts",
  "clickhouse/client.ts",
  "http/facts.ts",
  "isolation/policies.ts",
  "auth/auth.ts",
  "catalog/catalog.ts",
  "limits/budget/budgets.ts",
  "stream/hub.ts",
  "query/formats/answer_query.ts",
  "quality/runner.ts",
  "cache/cache.ts",
  "observe/metrics/metrics.ts",
  "ingest/ingest.ts",
  "api/endpoints/routes.ts",
  "app.ts",
  "gateway.ts",
  "hosts/deno/main.ts",
  "tools/dev.ts",
];

Deno.test("a room's main file begins with a sentence about it, which docs/architecture.md repeats", async () => {
  assert.deepEqual(mainFiles.map(roomOf).toSorted(), [...floorOf.keys()].toSorted());
  const page = await Deno.readTextFile(new URL("../docs/architecture.md", import.meta.url));
  const told = page.replaceAll(/\s+/g, " ");
  for (const file of mainFiles) {
    const [, sentence] = /^\/\/ (?:The room \w+: )?(.+\.)\n\n/.exec(await Deno.readTextFile(source + file)) ??
      [];
    const isTold = sentence && told.toLowerCase().includes(sentence.toLowerCase());
    assert.ok(isTold, `${file} begins with ${sentence}`);
  }
});

Deno.test("a file imports from its room or from a lower floor", async () => {
  const imports = await readImports();
  const upwards = [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return from !== to && !(floorOf.get(to)! < floorOf.get(from)!);
    }).map((target) => `${file} imports ${target}`)
  );
  assert.deepEqual(upwards.toSorted(), []);
});

Deno.test("no files import each other in a circle", async () => {
  assert.deepEqual(circles(await readImports()), []);
});

Deno.test("within a room, no folders import each other in a circle", async () => {
  const folders = new Map<string, string[]>();
  for (const [file, targets] of await readImports()) {
    const folder = dirname(file);
    const others = targets.map((target) => dirname(target)).filter((other) => other !== folder);
    folders.set(folder, [...folders.get(folder) ?? [], ...others]);
  }
  assert.deepEqual(circles(folders), []);
});

Deno.test("a circle is found", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a"]], ["d", ["a", "b"]]]);
  assert.deepEqual(circles(graph), [["a", "b", "c"]]);
});

/** Each set of nodes that reach one another (Tarjan's strongly connected components of more than one). */
function circles(graph: Map<string, string[]>): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  function visit(node: string): void {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== index.get(node)) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) found.push(circle.toSorted());
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}
