import { Refusal } from "./refusal.ts";

/** The parts of a stream's name, such as `support/tickets`. */
export interface StreamName {
  /** Also the address of its first query. */
  path: string;
  domain: string;
  /** Of its tables and of `/v1/events/{stream}`, such as `support_tickets`. */
  stream: string;
  /** Such as `tickets`. */
  noun: string;
}

/** Reads such a name. Throws Refusal. */
export function streamName(path: string): StreamName {
  const [, domain, noun] = /^([a-z][a-z0-9_]{0,31})\/([a-z][a-z0-9_-]{0,31})$/.exec(path) ?? [];
  if (!domain) {
    throw new Refusal(`Name the stream DOMAIN/STREAM in lower case, such as support/tickets, not "${path}"`);
  }
  if (/(^|[_-])landing$/.test(noun)) {
    throw new Refusal(
      `Name the stream "${path}" otherwise: tables that end with _landing are where lines land`,
    );
  }
  return { path, domain, noun, stream: `${domain}_${noun.replaceAll("-", "_")}` };
}
