import { base64url } from "jose";

/** A new key: 256 random bits after a prefix by which scanners for leaked secrets recognise it. */
export function newKey(): string {
  return `slc_${base64url.encode(crypto.getRandomValues(new Uint8Array(32)))}`;
}

/** Whether the text is meant as a key. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith("slc_");
}

/** Whether the text has the form of a key. */
export function isKey(text: string): boolean {
  return /^slc_[\w-]{43}$/.test(text);
}

/** The key's SHA-256, hexadecimal: all that is kept of it. */
export async function hashKey(key: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
