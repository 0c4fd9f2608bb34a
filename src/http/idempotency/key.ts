import { Problem } from "../../base/problem.ts";

/** The value of the header `Idempotency-Key`, or undefined. Throws Problem. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return;
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new Problem("invalid-request", {
    detail: "Idempotency-Key must have 1 to 255 visible ASCII characters",
    parameter: "Idempotency-Key",
  });
}
