import type { Tell } from "./change.ts";
import { isSame, type Node } from "./node.ts";

/** Tells when a credential that was enough is not enough any more, or less is enough. */
export function compareSecurity(before: Node[] = [], after: Node[] = [], tell: Tell): void {
  if (isSame(before, after)) return;
  const [old, now] = [waysIn(before), waysIn(after)];
  const isOpen = (ways: Node[], way: Node) => ways.some((each) => isCovered(each, way));
  const shut = old.filter((way) => !isOpen(now, way));
  const opened = now.filter((way) => !isOpen(old, way));
  if (shut.length) tell("breaking", `it needed ${textOf(old)} and needs ${textOf(now)}`);
  else if (opened.length) tell("additive", `it is enough to have ${textOf(now)}`);
  else tell("documentation", "its credentials are listed in another order");
}

/** An empty list means that nothing is needed. */
function waysIn(requirements: Node[]): Node[] {
  return requirements.length ? requirements : [{}];
}

/** Whether who has `credentials` has all that is needed. */
function isCovered(needed: Node, credentials: Node): boolean {
  return Object.entries(needed).every(([scheme, scopes]) =>
    credentials[scheme] && (scopes as string[]).every((scope) => credentials[scheme].includes(scope))
  );
}

function textOf(ways: Node[]): string {
  const words = ways.map((way) =>
    Object.entries(way).map(([scheme, scopes]) =>
      (scopes as string[]).length ? `${scheme} with ${(scopes as string[]).join(", ")}` : scheme
    ).join(" and ") || "no credential"
  );
  return words.join(" or ");
}
