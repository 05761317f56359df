/** Entries that a memory keeps; the oldest leave first. */
const capacity = 10_000;

/** Puts a value into a memory that does not grow without end. */
export function remember<Value>(known: Map<string, Value>, key: string, value: Value): void {
  known.delete(key);
  known.set(key, value);
  if (known.size > capacity) {
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
  }
}
