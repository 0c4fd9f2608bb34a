import { parquetMetadataAsync, parquetSchema } from "hyparquet";

/** The columns' names and the number of rows of a Parquet file, by the metadata at its end. Throws when it is none. */
export async function parquetShape(path: string): Promise<{ columns: string[]; rows: number }> {
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
  return {
    columns: parquetSchema(metadata).children.map(({ element }) => element.name),
    rows: Number(metadata.num_rows),
  };
}
