/** Messages of so many numbers have the same request id. */
export const blockMessages = 65_536;

/** A message of a broker, held until it is acknowledged. */
export interface SinkMessage {
  /** Its number in the broker's stream. */
  sequence: number;
  /** Names the stream and a block of its numbers: the same for each delivery of the message. */
  requestId: string;
  /** When the broker took it, in ms since 1970. */
  at: number;
  /** How many of its source came after it, when it was delivered. */
  following: number;
  subject: string;
  data: Uint8Array;
  /** The values of a header, in order; undefined when the headers are no text of the form that they must have. */
  header(name: string): string[] | undefined;
  /** It need not come again. */
  ack(): void;
  /** It comes again at once, to any reader. */
  release(): void;
}

/** Where messages come from. */
export interface MessageSource {
  /** What is read, for the log and the metrics. */
  name: string;
  /**
   * Messages as they come, those that have come together at once, and no more are asked for until those were taken. A message
   * that is held already is not handed on again, and as long as it is held the broker is told so. Ends with the signal; throws
   * when the broker is lost.
   */
  read(signal: AbortSignal): AsyncIterable<SinkMessage[]>;
  /** How many messages are not acknowledged yet, delivered or not. */
  lag(): Promise<number>;
  /** Resolves when the broker has been sent all acknowledgements; nothing is held any more. */
  close(): Promise<void>;
}
