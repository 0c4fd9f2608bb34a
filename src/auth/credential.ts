import { text } from "../http/checked.ts";
import type { HttpEnv } from "../http/facts.ts";

/** Who asks. */
export interface Credential {
  tenantId: string;
  /** The token's `sub`, or `key:<id>` of an API key. */
  subject: string;
  scopes: string[];
  /** When it ceases to hold, in ms since 1970; nothing for a key without an end. */
  expiresAt?: number;
  /** It opens only streams that were open before: the stream token's minute is over. */
  resumesOnly?: true;
  /** Further tenants whose rows the scope `tenants:compare` allows to set beside one's own. */
  tenants: string[];
}

/** What the middlewares of `/v1` leave for those after them. */
export interface AuthEnv {
  Variables: HttpEnv["Variables"] & { credential: Credential };
}

/** Subjects that begin so are those of API keys; the audit tells by them when a key was last used. */
export const keySubject = "key:";

const maxTenantBytes = 256;

/** What is wrong with a tenant's id, as the rest of a sentence, or undefined. */
export function tenantIdFault(tenantId: string): string | undefined {
  // half a surrogate pair has no UTF-8: all of them would be one tenant
  const isText = tenantId.isWellFormed() && !/\p{Cc}/u.test(tenantId);
  if (isText && tenantId !== "" && new TextEncoder().encode(tenantId).length <= maxTenantBytes) return;
  return `must be text of 1 to ${maxTenantBytes} bytes and no control characters`;
}

/** A tenant's id in a request. */
export const tenantId = text().superRefine((value, context) => {
  const fault = tenantIdFault(value);
  if (fault) context.addIssue({ code: "custom", message: fault });
}).meta({ minLength: 1, maxLength: maxTenantBytes });
