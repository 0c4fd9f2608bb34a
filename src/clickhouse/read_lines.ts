/** The lines of UTF-8 bytes, without their ends; at most one line and one chunk are held. */
export async function* readLines(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // pieces of a line that began in an earlier chunk
  let pieces: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    const parts = (done ? decoder.decode() : decoder.decode(value, { stream: true })).split("\n");
    pieces.push(parts[0]);
    for (const part of parts.slice(1)) {
      yield pieces.join("");
      pieces = [part];
    }
    if (done) break;
  }
  const rest = pieces.join("");
  if (rest !== "") yield rest;
}
