const DAY = 86400;

/** A zone's clock; instants and wall-clock readings are whole seconds since 1970-01-01T00:00:00. */
export interface TimeZone {
  /** Returns what the clock shows at an instant, minus the instant. */
  offsetAt(instant: number): number;
  /** Returns the first instant at which the clock shows this, or null when it skips it (summer time begins). */
  instantOf(wall: number): number | null;
  /** Returns the instant at which a day begins, which is 1:00 where summer time begins at midnight. */
  dayStart(midnight: number): number;
}

/** Returns the clock of an IANA zone. Throws RangeError when the runtime does not know it. */
export function createTimeZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });

  function offsetAt(instant: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instant * 1000)) part[type] = Number(value);
    const wall = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
    return wall / 1000 - instant;
  }

  // The offset in force is the one of the day before or after: no zone changes its clock twice in two days.
  function instantOf(wall: number): number | null {
    const candidates = [wall - offsetAt(wall - DAY), wall - offsetAt(wall + DAY)];
    const shown = candidates.filter((instant) => instant + offsetAt(instant) === wall);
    return shown.length === 0 ? null : Math.min(...shown);
  }

  function dayStart(midnight: number): number {
    return instantOf(midnight) ?? midnight - offsetAt(midnight - DAY);
  }

  return { offsetAt, instantOf, dayStart };
}
