import { z } from "zod";
import { tenantIdFault } from "./credential.ts";
import { scopeName } from "./scope.ts";

/** A text field: what is absent and what is no text each have their sentence. */
function text() {
  return z.string({ error: ({ input }) => input === undefined ? "is missing" : "must be text" });
}

const tenantId = text().superRefine((value, context) => {
  const fault = tenantIdFault(value);
  if (fault) context.addIssue({ code: "custom", message: fault });
});

const maxNameCharacters = 100;

/** The body of `POST /v1/admin/keys`. */
export const newKeyRequest = z.strictObject({
  tenantId: tenantId.describe("Tenant that the key stands for"),
  name: text().refine(
    (name) =>
      name.trim() !== "" && name.length <= maxNameCharacters && name.isWellFormed() && !/\p{Cc}/u.test(name),
    `must be text of 1 to ${maxNameCharacters} characters and no control characters`,
  ).describe("What the key is for, as the list shows it"),
  scopes: z.array(scopeName, "must be a list of scopes").min(1, "must name a scope").max(
    20,
    "must have at most 20 scopes",
  ).transform((scopes) => [...new Set(scopes)]).describe("What the key allows"),
  expiresAt: z.iso.datetime({ offset: true, error: "must be an instant, such as 2027-01-31T00:00:00Z" })
    .refine((instant) => Date.parse(instant) < latest, "must be before the year 2200").optional()
    .describe("When the key ceases to hold; never if absent"),
}, "must be a JSON object");

const latest = Date.UTC(2200);

const number = (most: number, byDefault: number) =>
  z.string(`must be an integer from 1 to ${most}`).regex(/^[1-9]\d*$/, `must be an integer from 1 to ${most}`)
    .transform(Number).refine((value) => value <= most, `must be an integer from 1 to ${most}`)
    .default(byDefault);

/** Most keys of a page. */
export const maxPageSize = 1_000;

/** The parameters of `GET /v1/admin/keys`. */
export const listRequest = z.strictObject({
  tenantId: tenantId.optional(),
  page: number(1_000_000, 1),
  pageSize: number(maxPageSize, 100),
});
