import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64url } from "jose";
import { createDerivedKey } from "../auth/derived_key.ts";
import { concat } from "../base/bytes/concat.ts";
import type { Position } from "./source.ts";

/** Where a client stands in each source, in the order in which the gateway has them. */
export type Positions = readonly Position[];

/** Makes and reads the ids of frames, which clients send back to get what they missed. */
export interface EventIds {
  /** Throws a Problem when there is no secret to sign with. */
  check(): void;
  sign(tenantId: string, positions: Positions): Promise<string>;
  /** The positions; undefined when the id is not one that a gateway has made for this tenant. */
  read(tenantId: string, id: string): Promise<Positions | undefined>;
}

const version = 1;
const positionBytes = 16;
const macBytes = 16;
const maxSources = 4;
const text = new TextEncoder();

/**
 * Ids that any gateway with the secret takes: the positions, and an HMAC of them and the tenant, so that nobody can make one and
 * no tenant can use another's. Without a secret each function throws what `check` does.
 */
export function createEventIds(secret: string | undefined): EventIds {
  const derivedKey = createDerivedKey(secret, "live updates");
  let keyed: Promise<ReturnType<typeof hmac.create>> | undefined;

  /** On this thread: Web Crypto takes another for each id, which costs five times as much, and its turn in a loop that is busy. */
  async function macOf(tenantId: string, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    keyed ??= derivedKey().then((key) => hmac.create(sha256, key));
    const mac = (await keyed).clone().update(body).update(text.encode(tenantId)).digest();
    return mac.slice(0, macBytes);
  }

  return {
    check: () => void derivedKey(),

    async sign(tenantId, positions) {
      const body = encode(positions);
      return base64url.encode(concat([body, await macOf(tenantId, body)]));
    },

    async read(tenantId, id) {
      const bytes = decodeText(id);
      const count = bytes && (bytes.length - 1 - macBytes) / positionBytes;
      if (!bytes || bytes[0] !== version || !Number.isInteger(count)) return;
      const body = bytes.slice(0, -macBytes);
      const mac = await macOf(tenantId, body);
      let difference = 0;
      for (let i = 0; i < macBytes; i++) difference |= mac[i] ^ bytes[body.length + i];
      return difference === 0 ? decode(body) : undefined;
    },
  };
}

/** The version, then of each position: number and time in 6 bytes, the place in the number in 4. */
function encode(positions: Positions): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + positions.length * positionBytes);
  const view = new DataView(bytes.buffer);
  bytes[0] = version;
  positions.forEach(({ number, offset, at }, i) => {
    const start = 1 + i * positionBytes;
    setUint48(view, start, number);
    view.setUint32(start + 6, offset);
    setUint48(view, start + 10, at);
  });
  return bytes;
}

function decode(bytes: Uint8Array<ArrayBuffer>): Positions {
  const view = new DataView(bytes.buffer);
  return Array.from({ length: (bytes.length - 1) / positionBytes }, (_, i) => {
    const start = 1 + i * positionBytes;
    return {
      number: getUint48(view, start),
      offset: view.getUint32(start + 6),
      at: getUint48(view, start + 10),
    };
  });
}

function decodeText(id: string): Uint8Array | undefined {
  if (id.length > 4 * (1 + maxSources * positionBytes + macBytes) / 3 || !/^[\w-]+$/.test(id)) return;
  try {
    return base64url.decode(id);
  } catch {
    return;
  }
}

function setUint48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 2, value % 2 ** 32);
}

function getUint48(view: DataView, at: number): number {
  return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);
}
