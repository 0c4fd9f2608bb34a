/** Adds what the gateway uses of the language and the Web, and older versions of Node lack: 20 and 22 most of it. */
export function fillIn(): void {
  add(Promise, "withResolvers", withResolvers);
  add(Map, "groupBy", groupBy);
  add(Uint8Array.prototype, "toHex", toHex);
  add(Uint8Array.prototype, "toBase64", toBase64);
  add(Uint8Array, "fromBase64", fromBase64);
  add(Response.prototype, "bytes", bytes);
  add(Blob.prototype, "bytes", bytes);
}

function add(target: object, name: string, value: unknown): void {
  if (name in target) return;
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function withResolvers<Value>() {
  let resolve!: (value: Value | PromiseLike<Value>) => void;
  let reject!: (reason?: unknown) => void;
  const promise = new Promise<Value>((onResolve, onReject) => [resolve, reject] = [onResolve, onReject]);
  return { promise, resolve, reject };
}

function groupBy<Key, Item>(
  items: Iterable<Item>,
  keyOf: (item: Item, index: number) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function toHex(this: Uint8Array): string {
  return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Base64Options {
  alphabet?: "base64" | "base64url";
  omitPadding?: boolean;
}

function toBase64(this: Uint8Array, { alphabet, omitPadding }: Base64Options = {}): string {
  let text = btoa(Array.from(this, (byte) => String.fromCharCode(byte)).join(""));
  if (alphabet === "base64url") text = text.replaceAll("+", "-").replaceAll("/", "_");
  return omitPadding ? text.replace(/=+$/, "") : text;
}

function fromBase64(text: string, { alphabet }: Base64Options = {}): Uint8Array {
  const isUrl = alphabet === "base64url";
  if ((isUrl ? /[+/]/ : /[-_]/).test(text)) {
    throw new SyntaxError("The text is not of this alphabet of base64");
  }
  const plain = isUrl ? text.replaceAll("-", "+").replaceAll("_", "/") : text;
  try {
    return Uint8Array.from(atob(plain), (char) => char.charCodeAt(0));
  } catch (cause) {
    throw new SyntaxError("The text is not base64", { cause });
  }
}

async function bytes(this: Response | Blob): Promise<Uint8Array> {
  return new Uint8Array(await this.arrayBuffer());
}
