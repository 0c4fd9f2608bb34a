import { unwanted } from "./parameter_error.ts";
import type { ScalarParameter } from "./scalar.ts";

const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

/** Four numbers with points; leading zeros are refused, as programs read them differently. */
export function ipv4Parameter(): ScalarParameter {
  function read(input: unknown): string {
    if (typeof input !== "string" || !IPV4.test(input)) throw unwanted("an IPv4 address", input);
    return input;
  }
  return { read, quoted: true, plain: "0.0.0.0", schema: { type: "string", format: "ipv4" } };
}

/** An IPv6 address without a zone, or an IPv4 one, which becomes its mapped form; equal ones get the same text. */
export function ipv6Parameter(): ScalarParameter {
  function read(input: unknown): string {
    if (typeof input !== "string" || !/^[\da-f:.]{2,45}$/i.test(input)) {
      throw unwanted("an IPv6 address", input);
    }
    const host = IPV4.test(input) ? `::ffff:${input}` : input;
    if (!URL.canParse(`http://[${host}]`)) throw unwanted("an IPv6 address", input);
    return new URL(`http://[${host}]`).hostname.slice(1, -1);
  }
  return { read, quoted: true, plain: "::", schema: { type: "string", format: "ipv6" } };
}
