import { fnv1a } from "../../base/bytes/fnv1a.ts";

/** What Cloudflare tells of a request. */
interface Located {
  cf?: { colo?: string };
}

/**
 * The object that answers a request: one of so many at the place where it came in, always the same for the same credential, so
 * that what a tenant asks again is found in its cache.
 */
export function objectName(request: Pick<Request, "headers"> & Located, count: number): string {
  const credential = request.headers.get("authorization") ?? request.headers.get("x-api-key") ?? "";
  const place = request.cf?.colo ?? "here";
  return `${place}-${fnv1a(credential) % Math.max(1, Math.floor(count) || 1)}`;
}
