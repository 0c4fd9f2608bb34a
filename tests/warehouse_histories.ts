/** A change of a user, as its source tells it; what it does not tell is unchanged. */
export interface Change {
  id: string;
  userId: string;
  changedAt: string;
  deleted?: boolean;
  name?: string;
  country?: string;
  segment?: string;
}

/** A version of a user; `validTo` is exclusive, and null when it is open. */
export interface Version {
  validFrom: string;
  validTo: string | null;
  name: string;
  country: string;
  segment: string;
}

type Known = Pick<Version, "name" | "country" | "segment">;

/** The versions of one user, by a plain loop over the changes in the order of time and id. */
export function versionsOf(changes: Change[]): Version[] {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const inOrder = [...byId.values()].sort((a, b) =>
    Date.parse(a.changedAt) - Date.parse(b.changedAt) || (a.id < b.id ? -1 : 1)
  );
  const versions: Version[] = [];
  let known: Known | undefined;
  for (const [i, change] of inOrder.entries()) {
    if (change.deleted) known = undefined;
    else {
      known = { ...(known ?? { name: "", country: "", segment: "" }) };
      if (change.name !== undefined) known.name = change.name;
      if (change.country !== undefined) known.country = change.country;
      if (change.segment !== undefined) known.segment = change.segment;
    }
    // what changes again at the same instant held for no time
    if (inOrder[i + 1] && Date.parse(inOrder[i + 1].changedAt) === Date.parse(change.changedAt)) continue;
    const open = versions.at(-1)?.validTo === null ? versions.at(-1) : undefined;
    if (open && known && isSame(open, known)) continue;
    if (open) open.validTo = change.changedAt;
    if (known) versions.push({ validFrom: change.changedAt, validTo: null, ...known });
  }
  return versions;
}

function isSame(a: Known, b: Known): boolean {
  return a.name === b.name && a.country === b.country && a.segment === b.segment;
}
