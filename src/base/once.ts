/** What `make` makes, made when it is first asked for: a start does not wait for what it may not need. */
export function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
