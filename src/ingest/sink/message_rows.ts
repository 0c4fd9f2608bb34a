import { createRowBinary } from "../../base/bytes/row_binary.ts";
import type { TenantPlaces } from "../brokers/nats_event.ts";
import { blockMessages, type SinkMessage } from "../message.ts";
import { linesOf, type MessageLine } from "./message_lines.ts";
import { headerOwnerOf, type Owner, payloadOwnerOf } from "./tenant.ts";

/** What rows of a landing table are made with. */
export interface MessageRowsOptions {
  places: TenantPlaces;
  maxLineBytes: number;
}

/** A line of a message as a row of a landing table. */
export interface MessageRow extends MessageLine {
  tenantId: string;
  requestId: string;
  lineNumber: number;
}

/** Rows of some messages, in RowBinary. */
export interface EncodedMessages {
  rows: Uint8Array<ArrayBuffer>;
  lines: number;
  /** Of how many messages, from the first: of all, unless their rows are too large for one insert. */
  messages: number;
}

/** What the rows say of where they came from. */
export const messageSource = "nats";
/** A row is larger than its line, which may be of one byte. */
const maxRowsBytes = 67_108_864;
/** What a row takes at most beside its texts. */
const fixedBytes = 64;

/**
 * The lines of a message as rows. What is wrong with a line as such becomes the row's fault, with which the views make it a dead
 * letter. A message's only line has the message's number; lines of several have `severalId` and their own.
 */
export function rowsOf(message: SinkMessage, { places, maxLineBytes }: MessageRowsOptions): MessageRow[] {
  const lines = linesOf(message.data, maxLineBytes);
  const named = headerOwnerOf(message, places);
  if (lines.length === 1) {
    const [line] = lines;
    // the beginning of one that is too long is no JSON
    const owner = named ?? payloadOwnerOf(line.fault ? message.data : bytesOf(line), places);
    // numbers go beyond 32 bits, and the request's id tells which block of them it is
    return [rowOf(line, owner, message.requestId, message.sequence % 2 ** 32)];
  }
  const requestId = severalId(message.requestId);
  const firstLine = firstLineOf(message);
  return lines.map((line, i) =>
    rowOf(line, named ?? payloadOwnerOf(bytesOf(line), places), requestId, firstLine + i)
  );
}

function bytesOf({ bytes, start, end }: MessageLine): Uint8Array {
  return bytes.subarray(start, end);
}

function rowOf(line: MessageLine, owner: Owner, requestId: string, lineNumber: number): MessageRow {
  const { bytes, start, end, fault } = line;
  return { tenantId: owner.tenantId, requestId, lineNumber, fault: owner.fault ?? fault, bytes, start, end };
}

/** The id of the lines of messages with several: the variant's digit, 8 in the id of the block's messages, is 9. */
export function severalId(requestId: string): string {
  return `${requestId.slice(0, 19)}9${requestId.slice(20)}`;
}

/** The number of the first line of a message with several: each message of a block has 65,536. */
export function firstLineOf({ sequence }: SinkMessage): number {
  return (sequence % blockMessages) * 65_536 + 1;
}

/** The rows of messages as the landing tables take them. */
export function encodeMessages(messages: SinkMessage[], options: MessageRowsOptions): EncodedMessages {
  // enough for lines of 300 bytes, also of several a message
  const bytes = messages.reduce((sum, { data }) => sum + 1.3 * data.length + 96, 1_024);
  const binary = createRowBinary(Math.min(Math.ceil(bytes), maxRowsBytes));
  /** Id and source of the rows of a block. */
  let known = { requestId: "", bytes: new Uint8Array() };
  let lines = 0;
  let count = 0;
  for (const message of messages) {
    if (binary.size() > maxRowsBytes) break;
    for (const { tenantId, requestId, lineNumber, fault, bytes, start, end } of rowsOf(message, options)) {
      binary.reserve(3 * (tenantId.length + fault.length) + fixedBytes + end - start);
      binary.string(tenantId);
      if (requestId !== known.requestId) known = { requestId, bytes: originOf(requestId) };
      binary.raw(known.bytes);
      binary.uint32(lineNumber);
      binary.string(fault);
      binary.stringOf(bytes, start, end);
      lines++;
    }
    count++;
  }
  return { rows: binary.end(), lines, messages: count };
}

function originOf(requestId: string): Uint8Array<ArrayBuffer> {
  const binary = createRowBinary(fixedBytes);
  binary.uuid(requestId);
  binary.string(messageSource);
  return binary.take();
}
