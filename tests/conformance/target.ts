import { type Answer, read, tokenOf } from "../gateway.ts";

/** What not every runtime does; docs/runtimes.md says the same. */
export interface Abilities {
  /** Live updates go out packed. */
  packedStreams: boolean;
  /** Messages of a WebSocket are compressed for a client that offers that. */
  packedSockets: boolean;
  /** A caller who closes the connection is noticed before there is anything to send. */
  closing: boolean;
}

/** A gateway of which only the address is known. */
export interface Target {
  url: string;
  has: Abilities;
  /** Sends a request with a token of the tenant, or with none when that is undefined. */
  fetch(path: string, tenantId?: string, init?: RequestInit & { scope?: string }): Promise<Response>;
  /** The same where the answer's body is JSON. */
  ask(path: string, tenantId?: string, init?: RequestInit & { scope?: string }): Promise<Answer>;
}

/** What a suite checks, by a sentence. */
export type Checks = Record<string, (target: Target) => Promise<void>>;

/** The gateway at this address. */
export function targetAt(url: string, has: Abilities): Target {
  const send: Target["fetch"] = async (path, tenantId, { scope = "query ingest", ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (tenantId !== undefined) headers.set("authorization", `Bearer ${await tokenOf(tenantId, scope)}`);
    return await fetch(url + path, { ...init, headers });
  };
  return { url, has, fetch: send, ask: async (...asked) => await read(await send(...asked)) };
}

/** How many streams of the tenant are open there. */
export async function openStreams(target: Target, tenant: string): Promise<number> {
  const { body } = await target.ask("/v1/stream/stats", tenant, { scope: "stream" });
  return body.data.streams;
}

/** An event of outreach, whose number tells it from others of the tenant. */
export function eventOf(n: number): Record<string, unknown> {
  return {
    id: `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`,
    eventType: "message_sent",
    entityId: `m${n}`,
    channel: "email",
    occurredAt: "2026-03-01T12:00:00Z",
  };
}

/** Lines of so many events. */
export function linesOf(count: number): string {
  return Array.from({ length: count }, (_, n) => JSON.stringify(eventOf(n))).join("\n");
}
