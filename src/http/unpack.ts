/** Bytes unpacked at a time: they become a mebibyte at most (deflate's ratio is 1032), which takes a millisecond. */
const sliceBytes = 1_024;

/** A gzip body unpacked, slice by slice: the stream unpacks whatever it is given in one go, in which all others would wait. */
export function unpack(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onRead: (bytes: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const slices = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      onRead(chunk.length);
      for (let start = 0; start < chunk.length; start += sliceBytes) {
        controller.enqueue(chunk.subarray(start, start + sliceBytes));
      }
    },
  });
  return body.pipeThrough(slices).pipeThrough(new DecompressionStream("gzip"));
}
