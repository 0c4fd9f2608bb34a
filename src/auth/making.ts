import { Problem } from "../base/problem.ts";
import type { Credential, Making } from "./credential.ts";

/** What a token that is made with the credential is bound to. Throws Problem when it may make none. */
export function makingOf({ making }: Credential): Making {
  if (making) return making;
  throw new Problem("forbidden", {
    detail:
      "A token that was made by POST /v1/tokens makes no other: ask with the credential that it was made with",
    headers: { "www-authenticate": 'Bearer realm="sluice", error="insufficient_scope"' },
  });
}
