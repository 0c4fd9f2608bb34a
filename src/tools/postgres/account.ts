/** A user and group of this machine, by number. */
export interface Account {
  uid: number;
  gid: number;
}

/** `nobody` where there is no such name; it owns nothing else there either. */
const fallback: Account = { uid: 65534, gid: 65534 };

/** As whom Postgres runs when it may not run as who we are: it refuses root. Undefined when it may. */
export async function postgresAccount(): Promise<Account | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const users = await Deno.readTextFile("/etc/passwd").catch(() => "");
  for (const name of ["postgres", "nobody"]) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m").exec(users) ?? [];
    if (uid) return { uid: Number(uid), gid: Number(gid) };
  }
  return fallback;
}
