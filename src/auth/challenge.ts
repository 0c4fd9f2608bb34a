import { Problem } from "../base/problem.ts";

// Source of the challenges: RFC 6750, section 3.

/** The 401 for a request without a credential. */
export function noCredential(): Problem {
  return new Problem("unauthenticated", {
    detail: "Send a token or an API key: Authorization: Bearer <JWT or key>, or X-Api-Key: <key>",
    headers: { "www-authenticate": 'Bearer realm="sluice"' },
  });
}

/** The 401 for a credential that does not hold; `detail` says why and repeats nothing of it. */
export function badCredential(detail: string, cause?: unknown): Problem {
  // the characters that an error_description may have
  const description = detail.replaceAll('"', "'").replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, "?");
  const challenge = `Bearer realm="sluice", error="invalid_token", error_description="${description}"`;
  return new Problem("unauthenticated", { detail, headers: { "www-authenticate": challenge } }, cause);
}

/** The 403 for a credential that has none of the scopes, of which the first is the usual one. */
export function forbidden(scopes: string[]): Problem {
  const challenge = `Bearer realm="sluice", error="insufficient_scope", scope="${scopes[0]}"`;
  const list = scopes.map((scope) => `"${scope}"`).join(" or ");
  return new Problem("forbidden", {
    detail: `The credential lacks the scope ${list}`,
    headers: { "www-authenticate": challenge },
  });
}
