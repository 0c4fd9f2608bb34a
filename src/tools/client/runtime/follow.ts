import { type Credential, credentialFields } from "./connect.ts";
import { type Frame, readFrames } from "./frames.ts";
import { SluiceProblem } from "./problem.ts";

/** Which live updates, and from where on. */
export interface FollowOptions extends Credential {
  baseUrl: string;
  /** Types of events, such as `sroi_updated`; all without it. */
  types?: string[];
  /** The id of the last message that was handled: what came after it comes first. */
  lastEventId?: string;
  /** Ends it. */
  signal?: AbortSignal;
  fetch?: typeof fetch;
  /** A stream that says nothing for so long is opened again; the gateway says something every 30 seconds. */
  maxSilenceMs?: number;
  /** Longest pause before it is opened again. */
  maxPauseMs?: number;
}

/** An event, or that events were missed: then read the numbers again. */
export type LiveMessage =
  | { kind: "event"; id: string; type: string; at: string; data: unknown }
  | { kind: "reset"; id: string; reason: string; completeFrom: string };

/** The gateway has ended the stream for good. */
export class StreamEnded extends Error {
  override readonly name: string = "StreamEnded";
  constructor(readonly reason: string) {
    super(`The stream has ended: ${reason}`);
  }
}

/** Answers after which the same request may succeed. */
const passing = [408, 429, 500, 502, 503, 504];

/**
 * Live updates, over and over: a stream that ends or breaks is opened again where it was, so that none is lost or comes twice.
 * Throws SluiceProblem when it is refused for good, and StreamEnded when the credential has ended or live updates are off.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<LiveMessage, void, undefined> {
  const { signal, maxPauseMs = 30_000 } = options;
  const place: Place = { lastEventId: options.lastEventId, retryMs: 1_000 };
  let failures = 0;
  while (!signal?.aborted) {
    let waitMs = place.retryMs;
    try {
      const body = await open(options, place);
      for await (const message of messages(body, place, options)) {
        failures = 0;
        yield message;
      }
      failures = place.isUnavailable ? failures + 1 : 0;
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof StreamEnded || error instanceof SluiceProblem && !passing.includes(error.status)) {
        throw error;
      }
      failures++;
      if (error instanceof SluiceProblem) waitMs = Math.max(waitMs, (error.retryAfterSeconds ?? 0) * 1_000);
    }
    const grown = place.retryMs * 2 ** Math.max(0, Math.min(failures, 10) - 1);
    // not all clients of a gateway that went away come at once
    await pause(Math.min(Math.max(waitMs, grown), maxPauseMs) * (0.5 + Math.random() / 2), signal);
  }
}

/** Where the client stands. */
interface Place {
  lastEventId: string | undefined;
  retryMs: number;
  /** The gateway has said that it is stopping or full. */
  isUnavailable?: boolean;
}

async function open(
  { baseUrl, types, token, apiKey, signal, fetch: ask = fetch }: FollowOptions,
  { lastEventId }: Place,
): Promise<ReadableStream<Uint8Array>> {
  const url = new URL(`${baseUrl.replace(/\/$/, "")}/v1/stream/updates`);
  if (types) url.searchParams.set("types", types.join(","));
  // not as a header, for which a browser would ask first
  if (lastEventId !== undefined) url.searchParams.set("lastEventId", lastEventId);
  const headers = new Headers([
    ["accept", "text/event-stream"],
    ...await credentialFields({ token, apiKey }),
  ]);
  const response = await ask(url, { headers, ...signal && { signal } });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  if (response.ok && response.body && isStream) return response.body;
  const text = await response.text();
  throw new SluiceProblem(response, parsed(text));
}

async function* messages(
  body: ReadableStream<Uint8Array>,
  place: Place,
  { maxSilenceMs = 90_000, token }: FollowOptions,
): AsyncGenerator<LiveMessage, void, undefined> {
  place.isUnavailable = false;
  for await (const frame of readFrames(body, maxSilenceMs, (ms) => place.retryMs = ms)) {
    const message = read(frame, place);
    if (message) yield message;
    // only what was taken is not asked for again
    if (frame.id) place.lastEventId = frame.id;
    if (frame.event === "end") {
      const { reason } = parsed(frame.data) as { reason: string };
      const isRenewed = reason === "credential-expired" && typeof token === "function";
      if (!["idle", "age"].includes(reason) && !isRenewed) throw new StreamEnded(reason);
      return;
    }
    if (frame.event === "overflow" || place.isUnavailable) return;
  }
}

function read({ id = "", event, data }: Frame, place: Place): LiveMessage | undefined {
  if (data === undefined) return;
  const content = parsed(data) as Record<string, unknown>;
  if (event === undefined || event === "message") {
    const { type, at, data } = content;
    return { kind: "event", id, type: String(type), at: String(at), data };
  }
  if (event === "reset") {
    return { kind: "reset", id, reason: String(content.reason), completeFrom: String(content.completeFrom) };
  }
  if (event === "overflow" && content.lastEventId) place.lastEventId = String(content.lastEventId);
  if (event === "unavailable") place.isUnavailable = true;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return {};
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
