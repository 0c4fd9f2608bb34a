import { z } from "zod";
import { once } from "../../base/once.ts";

/** What a tenant may use. */
export interface Limits {
  /** Queries a day. */
  daily: number;
  /** Queries a month. */
  monthly: number;
  /** Bytes that queries read a day; null is no limit. */
  dailyBytes: number | null;
  /** Requests a second, of each gateway. */
  perSecond: number;
}

/** What an admin decided for a tenant; null is the default. */
export type OwnLimits = { [Name in keyof Limits]: number | null };

/** No decision: the defaults hold. */
export const noOwnLimits: OwnLimits = { daily: null, monthly: null, dailyBytes: null, perSecond: null };

/** Largest integer of a structured field (RFC 9651, section 3.3.1), in which limits are announced. */
const most = 999_999_999_999_999;
const count = () => z.number().int().min(0).max(most).nullable().optional();

/** Body of a change: a key that is absent stays as it is, null goes back to the default. */
export const limitsChange = once(() =>
  z.strictObject({
    daily: count().describe("Queries a day"),
    monthly: count().describe("Queries a month"),
    dailyBytes: count().describe("Bytes that queries read a day"),
    perSecond: z.number().int().min(1).max(1_000_000).nullable().optional().describe(
      "Requests a second, of each gateway",
    ),
  })
);

/** The checked body of a change. */
export type LimitsChange = z.infer<ReturnType<typeof limitsChange>>;

/** The limits that hold, given an admin's decision. */
export function effectiveLimits(own: OwnLimits, defaults: Limits): Limits {
  return {
    daily: own.daily ?? defaults.daily,
    monthly: own.monthly ?? defaults.monthly,
    dailyBytes: own.dailyBytes ?? defaults.dailyBytes,
    perSecond: own.perSecond ?? defaults.perSecond,
  };
}
