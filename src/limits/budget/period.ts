/** The UTC day and month that an instant belongs to; instants are milliseconds since 1970. */
export interface Period {
  /** Such as `2026-11-22`. */
  day: string;
  /** Such as `2026-11`. */
  month: string;
  starts: number;
  dayEnds: number;
  monthEnds: number;
  monthSeconds: number;
}

/** The day and the month of the instant. */
export function periodOf(now: Date): Period {
  const [year, month, date] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const text = now.toISOString();
  const monthEnds = Date.UTC(year, month + 1);
  return {
    day: text.slice(0, 10),
    month: text.slice(0, 7),
    starts: Date.UTC(year, month, date),
    dayEnds: Date.UTC(year, month, date + 1),
    monthEnds,
    monthSeconds: (monthEnds - Date.UTC(year, month)) / 1000,
  };
}
