/** Statuses of answers that have no body, whose length Deno does not tell either. */
const bodiless = new Set([204, 205, 304]);

/**
 * The answer to a HEAD, which says the length that GET would have or none (RFC 9110, section 8.6): of an answer without a
 * body Deno says that it has 0 bytes, of a stream it says nothing.
 */
export function withoutLength(response: Response): Response {
  if (response.headers.has("content-length") || bodiless.has(response.status)) return response;
  return new Response(new Blob().stream(), response);
}
