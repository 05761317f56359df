/**
 * A parameter of the JSON body as Postgres' text, by the rules of Neon's proxy (`json_to_pg_text`):
 * null is NULL, a text is itself, an object is its JSON, an array is a Postgres array literal.
 */
export function paramToText(value: unknown): string | null {
  if (value === null || typeof value === "string") return value;
  if (Array.isArray(value)) return arrayToText(value);
  return JSON.stringify(value);
}

function arrayToText(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (value === null) return "NULL";
    if (Array.isArray(value)) return arrayToText(value);
    if (typeof value === "object") return JSON.stringify(JSON.stringify(value));
    return JSON.stringify(value);
  });
  return `{${elements.join(",")}}`;
}
