import { z } from "zod";
import { Problem } from "../../base/problem.ts";

/** Visible ASCII characters. */
const form = /^[!-~]{1,255}$/;

/** The value of the header `Idempotency-Key`, or undefined. Throws Problem. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return;
  if (form.test(header)) return header;
  throw new Problem("invalid-request", {
    detail: "Idempotency-Key must have 1 to 255 visible ASCII characters",
    parameter: "Idempotency-Key",
  });
}

/** The header, as a request of the OpenAPI document has it. */
export function idempotencyHeaders(description: string) {
  return z.object({ "Idempotency-Key": z.string().regex(form).optional().meta({ param: { description } }) });
}
