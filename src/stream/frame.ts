import type { LiveEvent } from "./source.ts";

/** One event as clients get it, made once for all streams of its tenant. */
export interface Frame {
  /** From where a client who has it goes on. */
  id: string;
  type: string;
  /** As a message of a WebSocket: `{"id", "type", "at", "data"}`. */
  message: string;
  /** As a frame of Server-Sent Events (WHATWG HTML, section 9.2), with `{"type", "at", "data"}` as its data. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** Frames that are about the stream itself, by name; an event of the tenant's data is a message without a name. */
export interface Notices {
  /** Not all that was missed can be had; from `completeFrom` on, the stream is complete. */
  reset: { reason: string; completeFrom: string };
  /** The client is too slow; it has everything up to this id. */
  overflow: { lastEventId: string | null };
  /** Come again in a while. */
  unavailable: { reason: string };
  /** The stream is over; a client that comes again goes on without a loss. */
  end: { reason: string };
}

const text = new TextEncoder();

/** The event as clients get it; data that is not JSON is null. */
export function frameOf({ type, at, data }: LiveEvent, id: string): Frame {
  // written again, since a line end in it would end the field
  const json = JSON.stringify({ type, at: new Date(at).toISOString(), data: parse(data) });
  const bytes = text.encode(`id: ${id}\ndata: ${json}\n\n`);
  return { id, type, message: `{"id":"${id}",${json.slice(1)}`, bytes };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
