import { LRUCache } from "lru-cache";

/** About what an entry takes besides its key. */
const entryBytes = 256;

/** A map from secret texts, which take about `maxBytes` together; those asked for least recently are forgotten. */
// deno-lint-ignore ban-types -- what the library asks of its values
export function createRemembered<Value extends {}>(maxBytes: number): LRUCache<string, Value> {
  return new LRUCache({ maxSize: maxBytes, sizeCalculation: (_value, secret) => secret.length + entryBytes });
}
