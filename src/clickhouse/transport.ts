/** An answer, as far as it is used: the Response of `fetch` is one. */
export interface Reply extends Pick<Response, "ok" | "status" | "body" | "arrayBuffer" | "text"> {
  headers: Pick<Headers, "get" | "has">;
}

/** A request whose body is text. */
export interface TextRequest {
  method: string;
  headers: Record<string, string>;
  body: string;
  signal?: AbortSignal;
}

/** Sends a request and brings its answer: `fetch`, or what a host has in its place. It throws when there is none, or the signal's reason. */
export type Transport = (url: string, request: TextRequest) => Promise<Reply>;
