/** A map that forgets its oldest entries when it holds too much. */
export interface Remembered<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  clear(): void;
}

/** About what an entry takes besides its key. */
const entryBytes = 256;

/** A map from secret texts, which take about `maxBytes` together. */
export function createRemembered<Value>(maxBytes: number): Remembered<Value> {
  const entries = new Map<string, Value>();
  let bytes = 0;

  function remove(key: string): void {
    if (entries.delete(key)) bytes -= key.length + entryBytes;
  }

  return {
    get: (key) => entries.get(key),
    set(key, value) {
      remove(key);
      entries.set(key, value);
      bytes += key.length + entryBytes;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
    delete: remove,
    clear() {
      entries.clear();
      bytes = 0;
    },
  };
}
