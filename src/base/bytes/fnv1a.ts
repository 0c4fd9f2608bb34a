/** FNV-1a (32 bits) of the text's UTF-16 units, from a hash so far: of short texts it is quicker than any call. */
export function fnv1a(text: string, hash = 0x811c9dc5): number {
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
