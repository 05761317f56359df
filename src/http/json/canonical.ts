/**
 * JSON text with the keys of every object sorted by UTF-16 code units (as in RFC 8785), so that two
 * bodies that differ in key order or white space give the same text. The value comes from
 * JSON.parse; its depth is bounded by the scan before.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
