import { z } from "zod";
import { once } from "../../base/once.ts";
import { escapeString } from "../../clickhouse/string_literal.ts";
import matchingSql from "./matching.sql" with { type: "text" };

/** A text of the filter; an empty one names nothing. */
function text(most: number, description: string) {
  // a caller who sends an empty text has lost one, and does not mean everything
  return z.string("is given more than once").min(1, "is empty: leave it out to mean any")
    .max(most, `must have at most ${most} characters`).optional().meta({ param: { description } });
}

function instant(description: string) {
  return z.iso.datetime({ offset: true, error: "must be an instant, such as 2027-01-31T00:00:00Z" })
    .refine((text) => /^[12]\d{3}/.test(text), "must be in the years 1000 to 2999").optional().meta({
      pattern: z.regexes.datetime({ offset: true }).source,
      param: { description },
    });
}

/** What dead letters are chosen by, as fields of an address. */
export const letterFilter = once(() => ({
  stream: text(128, "Those of this stream, such as `outreach`"),
  source: text(64, "Those that came by this way, such as `http`, `backfill`, `postgres` or `kafka`"),
  reason: text(512, "Those whose reason contains this text"),
  from: instant("Those that came then or later"),
  to: instant("Those that came before"),
  outcome: z.enum(["none", "landed", "refused"], "must be none, landed or refused").optional().meta({
    param: { description: "Those whose last replay ended so; `none` for those never sent again" },
  }),
  tenantId: z.string("is given more than once").max(256, "must have at most 256 characters").optional().meta({
    param: {
      description:
        "Those of this tenant; empty for those that came without one. Needs `admin`, but for one's own",
    },
  }),
}));

/** The same, read. */
export type LetterFilter = z.output<z.ZodObject<ReturnType<typeof letterFilter>>>;

/** Whether it names anything besides the tenant. */
export function choosesSome({ tenantId: _, ...filter }: LetterFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

/** The statement with the conditions of a filter in it. */
export function withFilter(sql: string): string {
  return sql.replace("/* matching.sql */", () => `\n${matchingSql}`);
}

const absent = "\\N";

/** The parameters of those conditions. */
export function filterParameters(filter: LetterFilter, id?: string): Record<string, string> {
  const given = (text: string | undefined) => text === undefined ? absent : escapeString(text);
  const at = (text: string | undefined) => text === undefined ? absent : instantText(new Date(text));
  return {
    tenantId: given(filter.tenantId),
    id: id ?? absent,
    stream: given(filter.stream),
    source: given(filter.source),
    reason: given(filter.reason),
    from: at(filter.from),
    to: at(filter.to),
    outcome: given(filter.outcome),
  };
}

/** An instant as a DateTime64(3, 'UTC') is bound. */
export function instantText(instant: Date): string {
  return instant.toISOString().slice(0, 23).replace("T", " ");
}
