import { z } from "zod";
import { Problem } from "../base/problem.ts";

const maxErrors = 20;

/** What the schema makes of a caller's fields. Throws a Problem that names each field at fault. */
export function checked<Schema extends z.ZodType>(schema: Schema, fields: unknown): z.output<Schema> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const parameter = key.slice(0, 64);
        return { parameter, detail: `${parameter} is not known here` };
      });
    }
    const parameter = issue.path.join(".");
    return [{ parameter, detail: `${parameter || "The body"} ${issue.message}` }];
  }).slice(0, maxErrors);
  const [{ parameter, detail }] = errors;
  throw new Problem("invalid-parameter", { detail, parameter, ...(errors.length > 1 && { errors }) });
}

/** A text field: what is absent and what is no text each have their sentence. */
export function text() {
  return z.string({ error: ({ input }) => input === undefined ? "is missing" : "must be text" });
}

/** An integer from 1 in an address. */
export function integer(most: number, byDefault: number, description: string) {
  const fault = `must be an integer from 1 to ${most}`;
  return z.string(fault).regex(/^[1-9]\d*$/, fault).transform(Number).refine((value) => value <= most, fault)
    .default(byDefault).meta({
      type: "integer",
      minimum: 1,
      maximum: most,
      default: byDefault,
      param: { description },
    });
}
