import { unwanted } from "./parameter_error.ts";
import type { ScalarParameter } from "./scalar.ts";
import { createTimeZone, type TimeZone } from "./time_zone.ts";

const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/i;

/** Calendar dates between two dates, included; the server saturates at its bounds and turns 02-30 into 03-01. */
export function dateParameter(first: string, last: string): ScalarParameter {
  const wanted = `a date (YYYY-MM-DD) from ${first} to ${last}`;
  function read(input: unknown): string {
    if (typeof input !== "string" || dayStart(input) === null || input < first || input > last) {
      throw unwanted(wanted, input);
    }
    return input;
  }
  return { read, quoted: true, plain: "2000-01-01", schema: { type: "string", format: "date" } };
}

/**
 * ISO 8601 date-times with Z, an offset, or neither, which means the type's zone (UTC when it has none); a date
 * means its beginning. Equal instants get the same text: the wall clock in UTC, or for a type of another zone the
 * seconds since 1970, because the wall clock of the hour that summer time repeats names two instants, of which
 * the server takes the first. `precision` is null for DateTime, else DateTime64's.
 */
export function dateTimeParameter(precision: number | null, zoneName = "UTC"): ScalarParameter {
  const zone = /^(?:Etc\/)?UTC$/.test(zoneName) ? null : createTimeZone(zoneName);
  const first = precision === null ? 0 : -2208988800;
  // Nanoseconds since 1970 in 64 bits end in 2262.
  const last = precision === null ? 4294967295 : precision === 9 ? 9223372035 : 10413791999;
  const wanted = `a date-time (ISO 8601) from ${utcText(first, "T")}Z to ${utcText(last, "T")}Z`;
  const digits = precision ?? 0;

  function read(input: unknown): string {
    const parts = typeof input === "string" ? DATE_TIME.exec(input) : null;
    const midnight = parts === null ? null : dayStart(parts[1]);
    if (parts === null || midnight === null) throw unwanted(wanted, input, plusHint(input));
    const [, , hour, minute, second = "0", decimals = "", offset] = parts;
    if (!/^0*$/.test(decimals.slice(digits))) {
      throw unwanted(`a date-time of at most ${digits} digits below the second`, input);
    }
    const isDate = hour === undefined;
    const wall = isDate ? midnight : midnight + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
    const local = isDate ? zone?.dayStart : zone?.instantOf;
    const instant = offset ? wall - offsetSeconds(offset) : local ? local(wall) : wall;
    if (instant === null) throw unwanted(`a time that the clocks of ${zoneName} show`, input);
    if (instant < first || instant > last) throw unwanted(wanted, input);
    return instantText(instant, decimals.slice(0, digits).padEnd(digits, "0"), zone);
  }

  const plain = "2000-01-01 00:00:00";
  return { read, quoted: true, plain, schema: { type: "string", format: "date-time" } };
}

/** Clock times or durations up to ±999:59:59, with at most so many digits below the second. */
export function timeParameter(precision: number): ScalarParameter {
  const decimals = precision === 0 ? "" : `(?:\\.(\\d{1,${precision}}))?`;
  const pattern = `^(-?)(\\d{2,3}):([0-5]\\d):([0-5]\\d)${decimals}$`;
  const form = new RegExp(pattern);
  const limit = precision === 0 ? "" : `, at most ${precision} decimals`;
  const wanted = `a time (hh:mm:ss${limit}) up to 999:59:59`;

  function read(input: unknown): string {
    const parts = typeof input === "string" ? form.exec(input) : null;
    if (parts === null) throw unwanted(wanted, input);
    const [, sign, hour, minute, second, decimals = ""] = parts;
    const below = precision === 0 ? "" : `.${decimals.padEnd(precision, "0")}`;
    const text = `${String(Number(hour)).padStart(2, "0")}:${minute}:${second}${below}`;
    return /[1-9]/.test(text) ? sign + text : text;
  }
  return { read, quoted: true, plain: "00:00:00", schema: { type: "string", pattern } };
}

/** Returns the second at which a calendar day begins in UTC, or null when there is no such day after 1899. */
function dayStart(date: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date);
  if (parts === null || date < "1899") return null;
  const [year, month, day] = parts.slice(1).map(Number);
  const start = new Date(Date.UTC(year, month - 1, day));
  // A day that the month lacks falls into another one.
  return start.getUTCMonth() === month - 1 ? start.getTime() / 1000 : null;
}

function offsetSeconds(offset: string): number {
  if (offset.length === 1) return 0;
  const seconds = Number(offset.slice(1, 3)) * 3600 + Number(offset.slice(4, 6)) * 60;
  return offset[0] === "-" ? -seconds : seconds;
}

function instantText(instant: number, decimals: string, zone: TimeZone | null): string {
  const below = decimals === "" ? "" : `.${decimals}`;
  if (zone === null) return utcText(instant, " ") + below;
  // Ten digits, or the server takes four for a year and refuses one.
  if (instant >= 0) return String(instant).padStart(10, "0") + below;
  if (!/[1-9]/.test(decimals)) return String(instant) + below;
  // The server reads "-0.5" as 0.5, so the second before 1970 goes by the clock, which is not ambiguous there.
  if (instant === -1) return utcText(instant + zone.offsetAt(instant), " ") + below;
  const complement = (10n ** BigInt(decimals.length) - BigInt(decimals)).toString();
  return `${instant + 1}.${complement.padStart(decimals.length, "0")}`;
}

function utcText(instant: number, separator: string): string {
  return new Date(instant * 1000).toISOString().slice(0, 19).replace("T", separator);
}

function plusHint(input: unknown): string {
  const lostPlus = typeof input === "string" && /:\d\d(?:\.\d+)? \d\d:\d\d$/.test(input);
  return lostPlus ? "; a + in a URL is a space: write %2B" : "";
}
