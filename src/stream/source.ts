/** A place in a source's order; `at` is the time of the event there, by which it is known again, in ms since 1970. */
export interface Position {
  number: number;
  /** The event's place among those of one number. */
  offset: number;
  at: number;
}

/** Something that happened to a tenant's data. */
export interface LiveEvent {
  tenantId: string;
  type: string;
  /** Milliseconds since 1970. */
  at: number;
  /** JSON text. */
  data: string;
  position: Position;
}

/** Who is told of a source's events. */
export interface SourceListener {
  /** From here on it is followed: at first, and when what was missed cannot be had, then with the reason. */
  onStart(position: Position, lost?: ResetReason): void;
  /** What came next, in order, and where the source stands after it. Resolves when all was handed on. */
  onEvents(events: LiveEvent[], position: Position): Promise<void>;
  /** The source was asked: undefined when it answered. */
  onState(failure: unknown): void;
}

/** Why a client cannot have all that it missed. */
export type ResetReason = "unknown-id" | "too-old" | "log-recreated" | "sources-changed";

/** Where live events come from: the database's log, or a broker. */
export interface Source {
  name: "log" | "nats";
  /** Tells of all that happens from now on, until the signal fires; whatever fails is tried again. */
  follow(listener: SourceListener, signal: AbortSignal): Promise<void>;
  /** Why not everything after this position can be had; undefined when it can. */
  whyLost(position: Position, signal: AbortSignal): Promise<ResetReason | undefined>;
  /** A tenant's events after a position, in order, at most `limit`. */
  replay(range: ReplayRange, signal: AbortSignal): Promise<ReplayPage>;
}

/** What to replay. */
export interface ReplayRange {
  tenantId: string;
  /** Empty for all. */
  types: string[];
  from: Position;
  limit: number;
}

/** A part of a replay. */
export interface ReplayPage {
  events: LiveEvent[];
  /** So far the page has everything, though there may be no event; undefined when that is all that the source has. */
  end?: Position;
}

/** Whether `a` comes after `b` in the order of one source. */
export function isAfter(a: Position, b: Position): boolean {
  return a.number > b.number || a.number === b.number && a.offset > b.offset;
}
