/** Writes a file so that a reader, also after a crash in the middle, finds all of it or the one before. */
export async function writeWhole(file: string, text: string, options?: Deno.WriteFileOptions): Promise<void> {
  const unfinished = `${file}.${Deno.pid}`;
  await Deno.writeTextFile(unfinished, text, options);
  await Deno.rename(unfinished, file);
}
