import type { Account } from "./account.ts";

/**
 * The folder that Postgres works in, made when it is not there: `folder` itself; or, for an account other than ours,
 * which may not be let through to that, one below the system's temporary folder, always the same for a `folder`.
 * Throws when somebody else owns it.
 */
export async function postgresFolder(folder: string, account: Account | undefined): Promise<string> {
  if (!account) {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  await Deno.mkdir(folder, { recursive: true });
  const name = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(await Deno.realPath(folder))),
  );
  const path = `/var/tmp/sluice-postgres-${name.toHex().slice(0, 16)}`;
  try {
    await Deno.mkdir(path, { mode: 0o700 });
    await Deno.chown(path, account.uid, account.gid);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    const { uid, isSymlink } = await Deno.lstat(path);
    if (isSymlink || uid !== account.uid) throw new Error(`Cannot use ${path}: it is another user's`);
  }
  return path;
}
