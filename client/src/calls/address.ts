/** What a path and a query are filled with. */
export type Values = Readonly<Record<string, Value>>;
type Value = string | number | boolean | bigint | object | null | undefined;

/** A value as it stands in an address or a header: objects as JSON, all else as text. */
export function text(value: Value): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * The address of a call below `base`, with `{name}` in the path filled in. What is undefined is left
 * out of the query. Throws when a part of the path is missing.
 */
export function addressOf(base: string, path: string, parts: Values = {}, query: Values = {}): URL {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = parts[name];
    if (value === undefined || value === "") throw new TypeError(`${path} needs its ${name}.`);
    return encodeURIComponent(text(value));
  });
  const address = new URL(base.replace(/\/+$/, "") + filled);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.append(name, text(value));
  }
  return address;
}
