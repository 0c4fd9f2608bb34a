import assert from "node:assert/strict";
import { publishedContract } from "../src/tools/published_contract.ts";
import { temporaryFolder } from "./program.ts";

async function git(cwd: string, ...args: string[]): Promise<void> {
  const names = ["-c", "user.name=A test", "-c", "user.email=test@example.com"];
  const { success, stderr } = await new Deno.Command("git", { args: [...names, ...args], cwd }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("a published contract is read from a file, a tag or a commit, below the repository's root too", async () => {
  await using folder = await temporaryFolder();
  const root = `${folder.path}/gateway`;
  await Deno.mkdir(root);
  await git(folder.path, "init", "-q");
  await Deno.writeTextFile(`${root}/openapi.yaml`, "openapi: 3.1.1\n");
  await git(folder.path, "add", ".");
  await git(folder.path, "commit", "-q", "-m", "One");
  await git(folder.path, "tag", "v1");
  await Deno.writeTextFile(`${root}/openapi.yaml`, "openapi: 3.1.2\n");

  assert.deepEqual(await publishedContract("v1", root), { openapi: "3.1.1" });
  assert.deepEqual(await publishedContract("HEAD~0", root), { openapi: "3.1.1" });
  assert.deepEqual(await publishedContract(`${root}/openapi.yaml`, root), { openapi: "3.1.2" });
  await assert.rejects(
    publishedContract("v2", root),
    /^Error: v2 is no file, and git has no openapi.yaml of it: /,
  );
  await assert.rejects(
    publishedContract("--output=x", root),
    /is neither a file nor a branch, tag or commit$/,
  );
});
