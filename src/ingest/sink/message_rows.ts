import { createRowBinary } from "../../base/bytes/row_binary.ts";
import type { TenantPlaces } from "../brokers/nats_event.ts";
import { keptBytes, skipSpace, skipSpaceBack, tooLong } from "../line.ts";
import type { SinkMessage } from "../message.ts";
import { ownerOf } from "./tenant.ts";

/** What rows of a landing table are made with. */
export interface MessageRowsOptions {
  places: TenantPlaces;
  maxLineBytes: number;
}

/** What the rows say of where they came from. */
export const messageSource = "nats";

/**
 * The messages as rows of a landing table, in RowBinary: each is one line, however many its payload has. What is wrong with a
 * message as such becomes the row's fault, with which the views make it a dead letter.
 */
export function encodeMessages(
  messages: SinkMessage[],
  { places, maxLineBytes }: MessageRowsOptions,
): Uint8Array<ArrayBuffer> {
  const binary = createRowBinary(messages.reduce((sum, { data }) => sum + data.length + 96, 1_024));
  for (const message of messages) {
    const { data, sequence, requestId } = message;
    const owner = ownerOf(message, places);
    const start = skipSpace(data, 0, data.length);
    const end = skipSpaceBack(data, start, data.length);
    const isLong = end - start > maxLineBytes;
    const fault = owner.fault ??
      (end === start ? "The message is empty" : isLong ? tooLong(maxLineBytes) : "");
    const shownEnd = isLong ? start + Math.min(maxLineBytes, keptBytes) : end;
    binary.reserve(3 * (owner.tenantId.length + fault.length) + 64 + shownEnd - start);
    binary.string(owner.tenantId);
    binary.uuid(requestId);
    binary.string(messageSource);
    // numbers go beyond 32 bits, and the request's id tells which block of them it is
    binary.uint32(sequence % 2 ** 32);
    binary.string(fault);
    binary.stringOf(data, start, shownEnd);
  }
  return binary.take();
}
