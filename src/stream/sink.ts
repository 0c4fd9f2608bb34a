import type { Frame, Notices } from "./frame.ts";

/** How a stream is over, as the audit and the figures tell it. */
export interface Ended {
  reason: EndReason;
  events: number;
  bytes: number;
}

/** Why a stream ended. */
export type EndReason =
  | "left"
  | "overflow"
  | "draining"
  | "unavailable"
  | "credential-expired"
  | "credential-revoked"
  | "disabled"
  | "idle"
  | "age"
  | "message-too-large"
  | "too-talkative";

/** What is known of a frame's place besides its content. */
export interface NoticeOptions {
  /** From where a client goes on after it. */
  id?: string;
  /** When a client comes again, in ms. */
  retryMs?: number;
}

/** One client's end of a stream, whatever the protocol. */
export interface Sink {
  /** Sends an event; false when too much waits already. */
  send(frame: Frame): boolean;
  /** Says at once that the stream is there, and after how many ms a client that has lost it comes again. */
  begin(retryMs: number): void;
  /** Moves the client's id, without an event. */
  heartbeat(id: string): void;
  notice<Name extends keyof Notices>(name: Name, data: Notices[Name], options?: NoticeOptions): void;
  /** Ends the stream when what was sent is read. */
  end(reason: EndReason): void;
  /** Closes the stream, which has ended, without waiting for a client that does not read. */
  abandon(): void;
  /** Whether nothing waits, or the stream is over. */
  isDrained(): boolean;
  /** Resolves when nothing waits, or the stream is over. */
  drained(): Promise<void>;
  /** The id of the last frame that the client was given. */
  lastId(): string | undefined;
  isOver(): boolean;
  /** Resolves when the stream is over. */
  ended: Promise<Ended>;
}

/** What may wait for a client, who is then too slow. */
export const maxWaiting = { events: 100, bytes: 1_048_576 };

/** Tells a client that it is too slow, and drops it. */
export function overflow(sink: Sink): void {
  if (sink.isOver()) return;
  sink.notice("overflow", { lastEventId: sink.lastId() ?? null }, { retryMs: between(1_000, 3_000) });
  sink.end("overflow");
}

/** Tells a client to come again in a while, which a browser does of itself: not all at once. */
export function unavailable(sink: Sink, reason: "draining" | "full" | "unavailable"): void {
  if (sink.isOver()) return;
  sink.notice("unavailable", { reason }, { retryMs: between(1_000, 10_000) });
  sink.end(reason === "full" ? "unavailable" : reason);
}

/** A number between the two, by chance: what would come at once is spread. */
export function between(least: number, most: number): number {
  return Math.round(least + Math.random() * (most - least));
}
