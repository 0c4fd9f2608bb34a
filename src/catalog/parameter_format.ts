import { describe, ParameterError } from "../clickhouse/types/parameter_error.ts";

/**
 * Formats that front matter can ask of a string parameter: `parse` returns the canonical text or throws ParameterError; nothing
 * that it takes fails to match `pattern`, which tells clients the form.
 */
export const formats: Record<string, { parse: (input: unknown) => string; pattern: string }> = {
  "timezone": { parse: parseTimezone, pattern: "^[A-Za-z][A-Za-z0-9_+/-]*$" },
  "date-or-date-time": { parse: parseDateOrDateTime, pattern: "^\\d{4}-\\d{2}-\\d{2}([Tt ].+)?$" },
};

function parseTimezone(input: unknown): string {
  // Intl also takes offsets such as +02:00, which are no IANA names
  if (typeof input === "string" && /^[A-Za-z]/.test(input) && input.length <= 64) {
    try {
      // the engine takes no other spelling, and of the zones that Intl knows it lacks some aliases
      return new Intl.DateTimeFormat("en", { timeZone: input }).resolvedOptions().timeZone;
    } catch {
      // not a zone
    }
  }
  throw new ParameterError(`must be an IANA time zone such as Europe/Berlin, not ${describe(input)}`);
}

const isoForm =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * A calendar date stays as it is; an instant becomes `YYYY-MM-DD hh:mm:ss.sssZ` in UTC, so that equal instants have
 * one text; a date-time without an offset keeps its wall-clock time and gets no `Z`: the SQL reads it in the
 * caller's zone.
 */
function parseDateOrDateTime(input: unknown): string {
  const wrong = new ParameterError(
    `must be an ISO 8601 date or date-time such as 2026-03-05 or 2026-03-05T10:00:00Z, not ${
      describe(input)
    }`,
  );
  const match = typeof input === "string" ? isoForm.exec(input) : null;
  if (!match) throw wrong;
  const [, year, month, day, hour, minute, second = "00", fraction = "", offset] = match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, "0");
  const isDate = hour === undefined;
  const wall = `${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second}.${milliseconds}Z`;
  const parsed = new Date(wall);
  // a day that the month lacks is not valid, or rolls over
  if (
    Number.isNaN(parsed.getTime()) || parsed.toISOString() !== wall || Number(year) < 1971 ||
    Number(year) > 2100
  ) {
    throw wrong;
  }
  if (isDate) return `${year}-${month}-${day}`;
  if (!offset) return wall.replace("T", " ").slice(0, -1);
  return new Date(parsed.getTime() - offsetMinutes(offset, wrong) * 60_000).toISOString().replace("T", " ");
}

function offsetMinutes(offset: string, wrong: ParameterError): number {
  if (/^[Zz]$/.test(offset)) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(":", "") || 0);
  if (hours > 14 || minutes > 59) throw wrong;
  return (offset[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
