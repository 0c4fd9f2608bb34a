import { z } from "zod";
import { once } from "../base/once.ts";
import { integer, text } from "../http/checked.ts";
import { tenantId } from "./credential.ts";
import { scopeName } from "./scope.ts";

const maxNameCharacters = 100;

/** The body of `POST /v1/admin/keys`. */
export const newKeyRequest = once(() =>
  z.strictObject({
    tenantId: tenantId.describe("Tenant that the key stands for"),
    name: text().refine(
      (name) =>
        name.trim() !== "" && name.length <= maxNameCharacters && name.isWellFormed() &&
        !/\p{Cc}/u.test(name),
      `must be text of 1 to ${maxNameCharacters} characters and no control characters`,
    ).describe("What the key is for, as the list shows it"),
    scopes: z.array(scopeName, "must be a list of scopes").min(1, "must name a scope").max(
      20,
      "must have at most 20 scopes",
    ).transform((scopes) => [...new Set(scopes)]).describe("What the key allows"),
    expiresAt: z.iso.datetime({ offset: true, error: "must be an instant, such as 2027-01-31T00:00:00Z" })
      .refine((instant) => Date.parse(instant) < latest, "must be before the year 2200").optional().meta({
        description: "When the key ceases to hold; never if absent",
        pattern: z.regexes.datetime({ offset: true }).source,
      }),
  }, "must be a JSON object")
);

const latest = Date.UTC(2200);

/** The parameters of `GET /v1/admin/keys`. */
export const listRequest = once(() =>
  z.strictObject({
    tenantId: tenantId.optional().meta({ param: { description: "Only the keys of this tenant" } }),
    page: integer(1_000_000, 1, "Number of the page, from 1"),
    pageSize: integer(1_000, 100, "Keys of a page"),
  })
);
