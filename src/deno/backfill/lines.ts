/** Some lines of a file, and how far it has been read with them. */
export interface Lines {
  text: string;
  /** Lines, those of this piece included, from the file's beginning. */
  count: number;
  bytes: number;
}

const newline = 0x0a;
const quote = 0x22;

/**
 * A file in pieces of so many lines, each ending with a whole line; `hasQuotes` says that a line goes on behind a line
 * break within quotes, as in CSV. Throws when a line is longer than `maxBytes`.
 */
export async function* readLines(
  path: string,
  { linesPerPiece, hasQuotes, maxBytes = 64 * 1_048_576 }: {
    linesPerPiece: number;
    hasQuotes: boolean;
    maxBytes?: number;
  },
): AsyncGenerator<Lines> {
  using file = await Deno.open(path);
  let kept: Uint8Array[] = [];
  let [size, inPiece, count, bytes] = [0, 0, 0, 0];
  let isWhole = true;
  let inQuotes = false;
  const take = (): Lines => {
    const text = new TextDecoder("utf-8", { ignoreBOM: false }).decode(join(kept, size));
    bytes += size;
    [kept, size, inPiece] = [[], 0, 0];
    return { text, count, bytes };
  };
  for await (const chunk of file.readable) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (hasQuotes && chunk[i] === quote) inQuotes = !inQuotes;
      if (chunk[i] !== newline || inQuotes) continue;
      inPiece++;
      count++;
      if (inPiece < linesPerPiece) continue;
      kept.push(chunk.subarray(start, i + 1));
      size += i + 1 - start;
      start = i + 1;
      yield take();
    }
    kept.push(chunk.subarray(start));
    size += chunk.length - start;
    if (chunk.length > 0) isWhole = chunk.at(-1) === newline;
    if (size > maxBytes) {
      throw new Error(`Cannot read ${path}: ${inPiece} lines have more than ${maxBytes} bytes`);
    }
  }
  if (size > 0) {
    if (!isWhole) count++;
    yield take();
  }
}

function join(pieces: Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
