import { parquetMetadataAsync, parquetSchema } from "hyparquet";

/** Names of a Parquet file's columns, of its own metadata at its end. Throws when it is none. */
export async function parquetColumns(path: string): Promise<string[]> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const metadata = await parquetMetadataAsync({
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      await file.seek(start, Deno.SeekMode.Start);
      let length = 0;
      while (length < bytes.length) {
        const read = await file.read(bytes.subarray(length));
        if (read === null) break;
        length += read;
      }
      return bytes.buffer;
    },
  });
  return parquetSchema(metadata).children.map(({ element }) => element.name);
}
