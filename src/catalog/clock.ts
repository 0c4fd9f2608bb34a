import type { Query } from "./query.ts";

/** What `{now}` is while a parameter stands in its place: a query that looks at it all the same answers plain nonsense. */
export const noClock = new Date(0);

/** Whether the query looks at the clock: not when the caller gave a parameter that stands in its place. */
export function usesClock(
  { bindsNow, frontMatter }: Query,
  { parameters }: { parameters: Record<string, string> },
): boolean {
  if (!bindsNow) return false;
  for (const name in frontMatter.params) {
    if (frontMatter.params[name].replacesNow && parameters[name] !== nothing) return false;
  }
  return true;
}

/** How NULL is bound. */
const nothing = "\\N";
