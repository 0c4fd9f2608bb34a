import { writeWhole } from "./write_whole.ts";

/** A random secret, made at the first call and kept in a file that only its owner reads. */
export async function keptSecret(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const secret = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    await writeWhole(file, secret, { mode: 0o600 });
    return secret;
  }
}
