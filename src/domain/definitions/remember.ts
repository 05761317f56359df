/** Entries that a memory keeps. */
const usual = 10_000;

/** Puts a value into a memory of `capacity` entries, which the oldest leave first. */
export function remember<Value>(
  known: Map<string, Value>,
  key: string,
  value: Value,
  capacity: number = usual,
): void {
  known.delete(key);
  known.set(key, value);
  if (known.size > capacity) {
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
  }
}
