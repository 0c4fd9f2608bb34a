import { constants, crc32, deflateRawSync } from "node:zlib";
import type { Zlib } from "../../stream/gzip.ts";

/** The zlib that comes with Deno. */
export const zlib: Zlib = {
  deflate: (bytes) => new Uint8Array(deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH })),
  crc32: (bytes, before) => crc32(bytes, before),
};
