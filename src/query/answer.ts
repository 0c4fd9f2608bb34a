/** An answer: finished bytes, or a stream of them. */
export interface Answer {
  /** Of the answer itself: its type, and how it is called as a file. */
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What it says, without how that was computed; the body if that is all it is. */
  data?: Uint8Array<ArrayBuffer>;
}
